"""Documents of a file: a page to upload and remove them, and each of them to read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications import completeness, lifecycle, sharing, todo, uploading
from applications.forms import Problem, questions
from applications.inspecting import MAX_BYTES, SENTENCES
from applications.models import Application, Document, Track
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.models import User
from brustart.core.errors import Refused
from brustart.core.money import number

# Nothing in a document runs or reaches the portal. The browser's own page around a picture has
# inline styles; pages of the portal may show it in a frame.
INLINE_POLICY = (
    "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
NUMBER = re.compile(r"[0-9]{1,18}")
Kind = Document.Kind
HINTS: dict[str, Promise] = {
    Kind.DECK: gettext_lazy("What you make, for whom, and who you are. A PDF is easiest to read."),
    Kind.FINANCIAL_PLAN: gettext_lazy("What comes in and what goes out in the coming years."),
    Kind.ETHICS: gettext_lazy("If you asked for one: the opinion, or the proof that you asked."),
    Kind.PARTNER_LETTER: gettext_lazy(
        "For example from a hospital or a care team that takes part."
    ),
    Kind.SCAN: gettext_lazy("All pages that came by post, with the signature."),
    Kind.OTHER: gettext_lazy("Anything else that we should read."),
}


# --- what is shown --------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One document in a list; `facts` are its type, pages and size in words."""

    document: Document
    facts: str

    @property
    def awaits_reading(self) -> bool:
        return self.document.reading == Document.Reading.WAITING

    @property
    def lacks_text(self) -> bool:
        """Of a PDF that was read in vain; of no other type text is taken."""
        return self.document.type == "pdf" and (
            self.document.reading == Document.Reading.UNREADABLE
        )


def lines(documents: Iterable[Document]) -> list[Line]:
    """For components/documents.html."""
    return [Line(one, " · ".join(_facts(one))) for one in documents]


def _facts(document: Document) -> Iterator[str]:
    yield document.type.upper()
    if document.pages is not None:
        words = ngettext("%(count)s page", "%(count)s pages", document.pages)
        yield words % {"count": number(document.pages)}
    yield _size(document.size)


def _size(size: int) -> str:
    """As the page's language writes it: 340 kB, 1.2 MB; in French 340 ko, 1,2 Mo."""
    units = ("ko", "Mo") if (get_language() or "en")[:2] == "fr" else ("kB", "MB")
    kilobytes = size / 1024
    if kilobytes < 1000:
        return f"{number(max(1, round(kilobytes)))}\N{NO-BREAK SPACE}{units[0]}"
    return f"{number(round(kilobytes / 1024, 1))}\N{NO-BREAK SPACE}{units[1]}"


@dataclass(frozen=True)
class Slot:
    """One kind of document on the page, with what is there of it."""

    kind: str
    question: str
    label: str
    hint: str
    needed: bool
    lines: list[Line]

    @property
    def key(self) -> str:
        return self.question or self.kind

    @property
    def anchor(self) -> str:
        return f"upload-{self.key}"

    @property
    def is_mixed(self) -> bool:
        """Whether it holds documents of a kind that the file has no place for any more."""
        return any(line.document.kind != self.kind for line in self.lines)


def slots(application: Application) -> list[Slot]:
    """Every kind that the file needs or may have; the last also holds what fits no other."""
    documents = completeness.current_documents(application)
    found = []
    for kind, question, label, hint, needed in _places(application):
        key = (kind, question)
        here = [one for one in documents if kind == Kind.OTHER or (one.kind, one.question) == key]
        documents = [one for one in documents if one not in here]
        found.append(Slot(kind, question, label, hint, needed, lines(here)))
    return found


def _places(application: Application) -> Iterator[tuple[str, str, str, str, bool]]:
    needed = completeness.NEEDED_DOCUMENTS
    kinds = [*needed]
    if application.on_paper:
        kinds.append(Kind.SCAN)
    optional = [Kind.ETHICS, Kind.PARTNER_LETTER] if application.track == Track.EHEALTH else []
    for kind in (*kinds, *optional):
        yield kind, "", str(kind.label), str(HINTS[kind]), kind in kinds
    for one in questions.wanted_documents(completeness.asked(application)):
        label, hint = questions.said(one["label"]), questions.said(one.get("help"))
        yield Kind.ANSWER, one["id"], label, hint, bool(one.get("required"))
    yield Kind.OTHER, "", str(Kind.OTHER.label), str(HINTS[Kind.OTHER]), False


# --- the page -------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, pk: int) -> HttpResponse:
    application = sharing.find(request.user, "call", "startup", "form_version", pk=pk)
    if not sharing.may_read(application, "documents"):
        raise PermissionDenied
    if request.method == "POST":
        if not sharing.may_write(application, "documents"):
            raise PermissionDenied
        return _change(request, application)
    try:
        lifecycle.require_open(application, "documents", now=timezone.now())
    except Refused:
        return redirect("file", pk=pk)
    return _page(request, application)


def _change(request: HttpRequest, application: Application) -> HttpResponse:
    """Upload or remove; a page's own request (JSON) gets the slot anew."""
    slot = _slot(application, request.POST.get("slot", ""))
    by_itself = request.accepts("application/json") and not request.accepts("text/html")
    try:
        said = (
            _remove(request, application)
            if "remove" in request.POST
            else _receive(request, application, slot)
        )
    except Refused as refusal:
        if by_itself:
            return JsonResponse({"message": str(refusal)}, status=409)
        return _page(request, application, wrong=slot.key, message=str(refusal))
    if by_itself:
        context = {**_context(application), "slot": _slot(application, slot.key)}
        html = render_to_string("applications/documents_slot.html", context, request)
        return JsonResponse({"html": html, "message": said})
    messages.success(request, said)
    return redirect(f"{reverse('documents', args=[application.pk])}#slot-{slot.key}")


def _slot(application: Application, key: str) -> Slot:
    found = [slot for slot in slots(application) if slot.key == key]
    if not found:
        raise Http404
    return found[0]


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _receive(request: HttpRequest, application: Application, slot: Slot) -> str:
    document = uploading.receive(
        application,
        request.FILES.get("document"),
        kind=slot.kind,
        question=slot.question,
        actor=_actor(request),
        now=timezone.now(),
    )
    return _("“%(name)s” is uploaded and kept.") % {"name": document.name}


def _remove(request: HttpRequest, application: Application) -> str:
    key = request.POST["remove"]
    if not NUMBER.fullmatch(key):
        raise Http404
    document = get_or_404(request.user, Document, pk=int(key), application=application)
    uploading.remove(document, actor=_actor(request), now=timezone.now())
    return _("“%(name)s” is removed.") % {"name": document.name}


def _context(application: Application) -> dict[str, Any]:
    may_write = sharing.may_write(application, "documents")
    return {"application": application, "may_write": may_write}


def _page(
    request: HttpRequest, application: Application, *, wrong: str = "", message: str = ""
) -> HttpResponse:
    """With `message`: what kept a document from the slot `wrong`."""
    keys = list(completeness.sections_of(application))
    shown = slots(application)
    at_fault = [slot for slot in shown if slot.key == wrong]
    context = {
        **_context(application),
        "slots": shown,
        "wrong": wrong,
        "message": message,
        "problems": [Problem(slot.anchor, slot.label, message) for slot in at_fault],
        "heading": completeness.sections_of(application)["documents"].heading,
        "number": keys.index("documents") + 1,
        "of": len(keys),
        "most": uploading.MOST,
        "max_bytes": MAX_BYTES,
        "too_big": SENTENCES["too_big"],
        "following": todo.following(application, "documents"),
    }
    status = 409 if message else 200
    return render(request, "applications/documents.html", context, status=status)


# --- one document ---------------------------------------------------------------------------
@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """The bytes, to keep; with `?inline` a PDF or a picture is shown in the browser."""
    rows = uploading.readable(visible_to(request.user, Document))
    found = get_or_404(request.user, Document, rows=rows, pk=pk)
    inline = "inline" in request.GET and found.shows_in_page
    return sent(found, name=found.name, inline=inline)


def sent(document: Document, *, name: str, inline: bool) -> FileResponse:
    """The bytes under that name: to keep, or shown where they can do nothing."""
    response = FileResponse(
        uploading.opened(document),
        as_attachment=not inline,
        filename=name,
        content_type=document.media_type,
    )
    response.headers["Cache-Control"] = "private"
    if inline:
        response.headers["Content-Security-Policy"] = INLINE_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
