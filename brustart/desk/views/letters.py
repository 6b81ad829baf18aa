"""Letters: what the fund writes to startups by post, and any mail about a file, on paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications.models import Application
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import User
from brustart.core import mail, queue
from brustart.core.audit import reference
from brustart.core.models import Mail
from brustart.desk.progress import TONES

PAGE = 25


@dataclass(frozen=True)
class Sent:
    """A mail in a list: to whom it goes, and how far it is."""

    mail: Mail
    to: str
    label: str
    tone: str


def listed(mails: Iterable[Mail]) -> list[Sent]:
    return [_sent(one) for one in mails]


def _sent(one: Mail) -> Sent:
    state = queue.State(one.state)
    if not one.by_post:
        return Sent(one, str(one.recipient or one.address), str(state.label), TONES[state])
    posted = state == queue.State.DONE
    return Sent(
        one,
        _("By post"),
        _("posted") if posted else _("to be posted"),
        "good" if posted else "warn",
    )


def about(user: User, application: Application) -> list[Sent]:
    """The mails about a file, the latest first; nothing for who does not oversee it."""
    if not user.oversees:
        return []
    rows = visible_to(user, Mail).filter(about=reference(application)).order_by("-pk")
    return listed(rows.select_related("recipient"))


@require_safe
def letters(request: SignedIn) -> HttpResponse:
    """What waits to be posted, the oldest first, and what was posted lately."""
    by_post = visible_to(request.user, Mail).filter(by_post=True)
    waiting = by_post.exclude(state=queue.State.DONE).order_by("pk")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    posted = by_post.filter(state=queue.State.DONE).order_by("-finished_at", "-pk")[:PAGE]
    files = _files(request.user, [*page, *posted])
    known = {
        "page_obj": page,
        "waiting": [(one, files.get(one.about)) for one in page],
        "posted": [(one, files.get(one.about)) for one in posted],
    }
    return render(request, "desk/letters.html", known)


def _files(user: User, mails: Iterable[Mail]) -> dict[str, Application]:
    """The files that the mails are about, by the name in `about`. One query for all."""
    named = [one.about.partition(":") for one in mails]
    keys = {key for kind, _colon, key in named if kind == Application._meta.label_lower}
    files = visible_to(user, Application).filter(pk__in=keys)
    return {reference(file): file for file in files.select_related("startup", "submission")}


@require_safe
def letter(request: SignedIn, pk: int) -> HttpResponse:
    """One mail as a letter on A4."""
    found = get_or_404(request.user, Mail, "recipient", pk=pk)
    file = _files(request.user, [found]).get(found.about)
    known = {
        "mail": found,
        "file": file,
        "address": _address(found, file),
        "waits": found.by_post and found.state != queue.State.DONE,
    }
    return render(request, "desk/letter.html", known)


def _address(found: Mail, file: Application | None) -> list[str]:
    """To whom the envelope goes: the startup's seat; to anybody else by name alone."""
    person = str(found.recipient or found.address)
    to_startup = found.by_post or (found.recipient and found.recipient.is_applicant)
    if file is None or not to_startup:
        return [person]
    answers = _enterprise(file)
    place = f"{answers.get('postal_code', '')} {answers.get('city', '')}".strip()
    lines = [str(file.startup), "" if found.by_post else person, answers.get("street", ""), place]
    return [line for line in lines if line]


def _enterprise(file: Application) -> dict[str, str]:
    if file.submission:
        return file.submission.answers("startup")
    section = file.sections.filter(name="startup").first()
    return section.answers if section else {}


@require_POST
def posted(request: SignedIn, pk: int) -> HttpResponse:
    """The letter is in the post."""
    found = get_or_404(request.user, Mail, pk=pk, by_post=True)
    mail.post(found, actor=request.user, now=timezone.now())
    messages.success(request, _("The letter counts as posted."))
    return redirect("letters")
