"""Downloads: the papers of a submission, and the whole file in one."""

import json
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe
from zipstream import ZIP_STORED, ZipStream

from applications import printing, uploading
from applications.models import Document, Paper, Submission
from brustart.accounts.access import get_or_404


@require_safe
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """The receipt or the answers of a submission, once the worker has printed them."""
    found = get_or_404(request.user, Paper, "submission__application", pk=pk)
    if not found.stored:
        raise Http404
    name = f"{found.submission.application.reference}-{found.name}.pdf"
    return FileResponse(
        default_storage.open(found.stored),
        as_attachment=True,
        filename=name,
        content_type="application/pdf",
    )


@require_safe
def whole_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Everything that was handed in, as a ZIP made while it is sent: papers, documents, JSON."""
    submission = get_or_404(
        request.user, Submission, "application__call", "application__startup", "by", pk=pk
    )
    reference = submission.application.reference
    response = StreamingHttpResponse(_zip(submission), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.zip"'
    return response


def _zip(submission: Submission) -> Iterator[bytes]:
    archive = ZipStream(compress_type=ZIP_STORED)
    for name in Paper.Name:
        archive.add(printing.render(submission, name), f"{name}.pdf")
    content = json.dumps(submission.content, ensure_ascii=False, indent=2)
    archive.add(content.encode(), "file.json")
    listed = {one["id"] for one in submission.content.get("documents", [])}
    for place, document in enumerate(Document.objects.filter(pk__in=listed).order_by("pk"), 1):
        archive.add(uploading.chunks(document), f"documents/{place:02d}-{document.name}")
    yield from archive
