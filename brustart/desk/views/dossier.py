"""The audit dossier of an award, as a download."""

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.awards.models import Award
from brustart.desk import dossier as dossiers


@require_safe
def dossier(request: SignedIn, pk: int) -> StreamingHttpResponse:
    """Everything about the award in one ZIP, made while it is sent."""
    award = get_or_404(
        request.user, Award, "application__call", "application__startup", "proposal", "account",
        application=pk,
    )  # fmt: skip
    response = StreamingHttpResponse(dossiers.zipped(award), content_type="application/zip")
    name = f"{award.application.reference}-dossier.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
