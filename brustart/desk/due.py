"""What is due or late of the files, and who finds all of it: one function a kind, in FINDERS."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.models import Application, InformationRequest
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Proposal
from brustart.fund.models import Call
from scoring.review.models import Review

from . import owing, waiting
from .dues import Due

PATIENCE = 14  # days that a file may wait for the fund, or a proposal for its votes [P]
UNANSWERED, STOPPED, WAITING, VOTES = "unanswered", "stopped", "waiting", "votes"
LATE: dict[str, Promise] = {  # the choices of the list of files
    WAITING: _("Waits for the fund, long"),
    VOTES: _("Proposal waits for votes, long"),
    UNANSWERED: _("Request not answered in time"),
    STOPPED: _("Screening stopped"),
}


def late(what: str, files: QuerySet[Application], today: date) -> QuerySet[Application]:
    """Those of the files that one choice of LATE means; trial calls are nobody's worry."""
    files = files.filter(call__listed=True)
    if what == STOPPED:
        return waiting.screening_failed(files)
    if what == UNANSWERED:
        requests = InformationRequest.objects.filter(closed_at=None, until__lt=_begin_of(today))
        return files.filter(pk__in=requests.values("application"))
    before = _begin_of(today - timedelta(days=PATIENCE))
    if what == VOTES:
        open_ones = Proposal.objects.filter(state=Proposal.State.OPEN, proposed_at__lt=before)
        return files.filter(pk__in=open_ones.values("application"))
    return files.filter(state__in=waiting.PILES, state_since__lt=before)


def due(user: User, today: date) -> list[Due]:
    """Everything that is due or late on that day, the worst first."""
    found = [one for finder in FINDERS for one in finder(user, today)]
    return sorted(found, key=lambda one: one.tone != "bad")


def _files(user: User, today: date) -> Iterator[Due]:
    """Files that stand still."""
    files = visible_to(user, Application).exclude(submitted_at=None)
    for what, words in _WORDS.items():
        if number := late(what, files, today).count():
            tone = "bad" if what == STOPPED else "warn"
            yield Due(words(number), number, _list(late=what, trial="no"), tone)


def _reviews(user: User, today: date) -> Iterator[Due]:
    """Marks that are not in, by call: each panel has a page that says whose."""
    rows = Review.objects.open().filter(
        application__call__listed=True,
        application__call__round__due_on__lt=today,
        application__call__round__closed_at=None,
    )
    numbers = (
        rows.order_by()
        .values("application__call")
        .annotate(number=Count("pk"), since=Min("application__call__round__due_on"))
    )
    found = {row["application__call"]: row for row in numbers}
    for call in Call.objects.filter(pk__in=found).order_by("code"):
        number = found[call.pk]["number"]
        words = ngettext(
            "%(number)d review is late: %(call)s", "%(number)d reviews are late: %(call)s", number
        )
        url = reverse("panel_progress", args=[call.code])
        yield Due(words % {"number": number, "call": call}, number, url, "bad")


FINDERS: tuple[Callable[[User, date], Iterable[Due]], ...] = (_reviews, owing.owed, _files)


def _waiting(number: int) -> str:
    words = ngettext(
        "%(number)d file has waited for the fund for more than %(days)d days",
        "%(number)d files have waited for the fund for more than %(days)d days",
        number,
    )
    return words % {"number": number, "days": PATIENCE}


def _votes(number: int) -> str:
    words = ngettext(
        "%(number)d proposal has waited for votes for more than %(days)d days",
        "%(number)d proposals have waited for votes for more than %(days)d days",
        number,
    )
    return words % {"number": number, "days": PATIENCE}


def _unanswered(number: int) -> str:
    words = ngettext(
        "%(number)d request for information was not answered in time",
        "%(number)d requests for information were not answered in time",
        number,
    )
    return words % {"number": number}


def _stopped(number: int) -> str:
    words = ngettext("%(number)d screening stopped", "%(number)d screenings stopped", number)
    return words % {"number": number}


_WORDS: dict[str, Callable[[int], str]] = {
    WAITING: _waiting,
    VOTES: _votes,
    UNANSWERED: _unanswered,
    STOPPED: _stopped,
}


def _list(**query: str) -> str:
    return f"{reverse('files')}?{urlencode(query)}"


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
