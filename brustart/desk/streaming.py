"""A table as a CSV file to download, sent while it is read."""

from django.http import StreamingHttpResponse

from .exporting import Table, as_csv


def csv_file(table: Table) -> StreamingHttpResponse:
    """`name`.csv, complete however long it is."""
    response = StreamingHttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return response
