"""A table as a file to download. CSV is sent while it is read; XLSX once it is written."""

from django.http import FileResponse, StreamingHttpResponse

from .exporting import XLSX, Table, as_csv, as_xlsx


def csv_file(table: Table) -> StreamingHttpResponse:
    """`name`.csv, complete however long it is."""
    response = StreamingHttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return response


def xlsx_file(table: Table) -> FileResponse:
    """`name`.xlsx."""
    name = f"{table.name}.xlsx"
    return FileResponse(as_xlsx(table), as_attachment=True, filename=name, content_type=XLSX)


FILES = {"csv": csv_file, "xlsx": xlsx_file}
