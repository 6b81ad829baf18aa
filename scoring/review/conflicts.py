"""Conflicts of interest: declared before a file opens, found by the portal, decided by people.

What blocks hides the file from the person everywhere; rules.py asks `blocking()`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import lifecycle, timeline
from applications.models import Application, Membership
from applications.states import State
from brustart.accounts.models import User
from brustart.cbe.numbers import display_number
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import panel
from .models import ConflictOfInterest, Declaration, Panelist, Review

Answer = Declaration.Answer
Source = ConflictOfInterest.Source
Tie = tuple[str, str]  # its kind, and what is the same
KINDS: dict[str, Promise] = {
    "number": gettext_lazy("the same enterprise: %(what)s"),
    "domain": gettext_lazy("the same e-mail domain: %(what)s"),
    "team": gettext_lazy("a name in the team: %(what)s"),
    "owner": gettext_lazy("a name among the shareholders: %(what)s"),
}
# Anybody may have an address there, so it ties nobody to an enterprise.
FREE_MAIL = frozenset(Path(__file__).with_name("freemail.txt").read_text("utf-8").split())
UNDECIDED: dict[str, Any] = {"lifted": None, "decision": "", "decided_at": None, "decided_by": None}


class NotDeclared(Refused):
    """Each file wants an answer, and a word beside a yes or a doubt."""


class Decided(Refused):
    """A person declared it, or a fund manager decided already."""


# --- declared by people --------------------------------------------------------------------------
@transaction.atomic
def declare(
    application: Application, *, reviewer: User, answer: str, word: str, now: datetime
) -> None:
    """Keep what somebody says of a file before it opens. A yes ends their part in it; a doubt
    blocks it until a fund manager decides. Raises NotDeclared."""
    word = word.strip()
    if answer not in Answer.values:
        raise NotDeclared(_("Say for each file whether you have a tie to it."))
    if answer != Answer.NO and not word:
        raise NotDeclared(_("Say in a few words what the tie is."))
    application = lifecycle.lock(application)
    made = Declaration.objects.create(
        application=application, reviewer=reviewer, answer=answer, word=word, at=now
    )
    audit.record("conflict.declared", about=made, actor=reviewer, now=now, answer=answer)
    if answer == Answer.YES:
        recuse(application, reviewer=reviewer, reason=word, now=now)
    elif answer == Answer.UNSURE and not blocks(application, reviewer):
        ConflictOfInterest.objects.update_or_create(
            application=application,
            reviewer=reviewer,
            defaults={
                "source": Source.UNSURE, "reason": word, "declared_at": now, **UNDECIDED,
            },
        )  # fmt: skip


@transaction.atomic
def recuse(application: Application, *, reviewer: User, reason: str, now: datetime) -> None:
    """A reviewer declares a conflict of interest: their review ends, the file is hidden from
    them, and they take no part in its award. A second click changes nothing."""
    application = lifecycle.lock(application)
    known = ConflictOfInterest.objects.filter(application=application, reviewer=reviewer)
    if known.filter(source=Source.DECLARED).exists():
        return
    conflict, _new = ConflictOfInterest.objects.update_or_create(
        application=application,
        reviewer=reviewer,
        defaults={
            "source": Source.DECLARED, "reason": reason, "declared_at": now, **UNDECIDED,
        },
    )  # fmt: skip
    _end_review(conflict, actor=reviewer, now=now)


def _end_review(conflict: ConflictOfInterest, *, actor: User, now: datetime) -> None:
    application, reviewer = conflict.application, conflict.reviewer
    Review.objects.filter(application=application, reviewer=reviewer).update(
        state=Review.State.RECUSED, done_at=None
    )
    timeline.write(
        application, "recused", now=now, actor=actor, for_applicant=False, reviewer=str(reviewer)
    )
    audit.record("review.recused", about=conflict, actor=actor, now=now, reviewer=reviewer.pk)
    panel.recompute(application, now=now)


@transaction.atomic
def decide(
    conflict: ConflictOfInterest, *, lifted: bool, reason: str, actor: User, now: datetime
) -> None:
    """A fund manager says, with a reason, whether what was found or doubted is a conflict. Lifted,
    the file opens to the person; else their part in it ends. Raises NotDeclared, Decided."""
    if not reason.strip():
        raise NotDeclared(_("Give the reason of your decision."))
    lifecycle.lock(conflict.application)
    locked = ConflictOfInterest.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if not locked.is_undecided:
        raise Decided(_("This is decided already. Nothing was changed."))
    locked.lifted, locked.decision = lifted, reason.strip()
    locked.decided_at, locked.decided_by = now, actor
    locked.save()
    audit.record("conflict.decided", about=locked, actor=actor, now=now, lifted=lifted)
    if not lifted:
        _end_review(locked, actor=actor, now=now)


def blocks(application: Application, reviewer: User) -> bool:
    """Whether the person may have no part in the file."""
    ties = ConflictOfInterest.objects.blocking()
    return ties.filter(application=application, reviewer=reviewer).exists()


def has_spoken(application: Application, reviewer: User) -> bool:
    """Whether the person has said what ties them to the file."""
    return Declaration.objects.filter(application=application, reviewer=reviewer).exists()


def declared() -> Exists:
    """Whether the reviewer of a row has said what ties them to its file. For rows with
    `application` and `reviewer`."""
    return Exists(
        Declaration.objects.filter(
            application=OuterRef("application"), reviewer=OuterRef("reviewer")
        )
    )


def tied() -> Exists:
    """Whether a tie keeps the file of a row from its reviewer. For the same rows."""
    return Exists(
        ConflictOfInterest.objects.blocking().filter(
            application=OuterRef("application"), reviewer=OuterRef("reviewer")
        )
    )


def to_declare(reviewer: User) -> QuerySet[Application]:
    """Files that this person was given, or may have to approve, and has said nothing of yet; not
    those that are blocked. The oldest first."""
    said = Declaration.objects.filter(reviewer=reviewer).values("application")
    blocked = ConflictOfInterest.objects.blocking().filter(reviewer=reviewer)
    mine = Review.objects.filter(reviewer=reviewer)
    given, done = mine.open(), mine.filter(state=Review.State.DONE)
    seats = Panelist.objects.filter(reviewer=reviewer, approves=True).values("call")
    wanted = (
        Q(pk__in=given.values("application"), state=State.IN_REVIEW)
        | Q(pk__in=done.values("application"))
        | Q(state=State.PROPOSED, call__in=seats)
    )
    rows = Application.objects.filter(wanted).exclude(pk__in=said)
    rows = rows.exclude(pk__in=blocked.values("application"))
    rows = rows.exclude(startup__in=reviewer.startups.values("pk"))
    return rows.select_related("startup", "call__round", "submission").order_by("state_since", "pk")


# --- found by the portal -------------------------------------------------------------------------
def look(
    call: Call,
    *,
    now: datetime,
    files: Iterable[int] | None = None,
    reviewers: Iterable[int] | None = None,
) -> int:
    """Compare the call's panel with its files (or some of either), and block what is tied until a
    fund manager decides. How many pairs were found anew. Looking twice does no harm."""
    seats = Panelist.objects.filter(call=call).select_related("reviewer")
    rows = Application.objects.filter(call=call, submission__isnull=False)
    if reviewers is not None:
        seats = seats.filter(reviewer__in=reviewers)
    if files is not None:
        rows = rows.filter(pk__in=files)
    signs: dict[Tie, list[int]] = defaultdict(list)
    for seat in seats:
        for sign in _signs_of_reader(seat):
            signs[sign].append(seat.reviewer_id)
    found: dict[tuple[int, int], list[Tie]] = defaultdict(list)
    for file, kind, sign in _signs_of_files(rows) if signs else ():
        for reader in signs.get(sign, ()):
            if (kind, sign[1]) not in found[file, reader]:
                found[file, reader].append((kind, sign[1]))
    return _keep(found, now=now) if found else 0


@transaction.atomic
def _keep(found: Mapping[tuple[int, int], list[Tie]], *, now: datetime) -> int:
    """Write down what is not known yet. What a fund manager lifted blocks again when another tie
    comes to light."""
    known = {
        (one.application_id, one.reviewer_id): one
        for one in ConflictOfInterest.objects.select_for_update(of=("self",))
        .filter(application__in={file for file, _reader in found})
        .order_by("pk")
    }
    new, changed = [], []
    for (file, reader), ties in sorted(found.items()):
        conflict = known.get((file, reader))
        more = [list(one) for one in ties if not conflict or list(one) not in conflict.found]
        if conflict is None:
            new.append(
                ConflictOfInterest(
                    application_id=file, reviewer_id=reader, source=Source.FOUND, found=more,
                    declared_at=now,
                )
            )  # fmt: skip
        elif more and conflict.source != Source.DECLARED:
            conflict.found += more
            if conflict.lifted:
                conflict.lifted = None
            changed.append(conflict)
    ConflictOfInterest.objects.bulk_create(new, ignore_conflicts=True)
    ConflictOfInterest.objects.bulk_update(changed, ["found", "lifted"])
    return len(new) + len(changed)


def _signs_of_reader(seat: Panelist) -> Iterator[Tie]:
    """What a reader is recognised by: ("number", …), ("domain", …), ("name", …)."""
    for number in seat.enterprises:
        yield "number", number
    if domain := _domain(seat.reviewer.email):
        yield "domain", domain
    if name := _plain(seat.reviewer.name):
        yield "name", name


def _signs_of_files(rows: QuerySet[Application]) -> Iterator[tuple[int, str, Tie]]:
    """What a file names: its key, the kind of the tie, and the sign. Two queries."""
    members = Membership.objects.filter(startup__applications__in=rows)
    for file, email in members.values_list("startup__applications", "user__email"):
        if domain := _domain(email):
            yield file, "domain", ("domain", domain)
    wanted = rows.order_by().values_list(
        "pk", "enterprise_number", "startup__enterprise_number",
        answered("team"), answered("ownership"),
    )  # fmt: skip
    for file, number, registered, team, owners in wanted.iterator(chunk_size=500):
        for one in {number, registered} - {""}:
            yield file, "number", ("number", one)
        for name in _names(team, "members"):
            yield file, "team", ("name", name)
        for table in ("owners", "holdings"):
            for row in (owners or {}).get(table, []):
                if row.get("enterprise_number"):
                    yield file, "number", ("number", row["enterprise_number"])
        for name in _names(owners, "owners"):
            yield file, "owner", ("name", name)


def answered(name: str) -> F:
    """One section of what was handed in, or a question of it, without the rest."""
    return F(f"submission__content__sections__{name}")


def _names(section: Mapping[str, Any] | None, table: str) -> Iterator[str]:
    for row in (section or {}).get(table, []):
        if name := _plain(row.get("name", "")):
            yield name


def _plain(name: str) -> str:
    """A name however it is written: without accents, in small letters, its parts in order of the
    alphabet; "" when it is one word, which ties nobody."""
    letters = unicodedata.normalize("NFKD", name)
    words = re.findall(r"[a-z]+", "".join(one for one in letters if one.isascii()).casefold())
    return " ".join(sorted(words)) if len(words) > 1 else ""


def _domain(email: str) -> str:
    domain = email.rpartition("@")[2].casefold()
    return "" if domain in FREE_MAIL else domain


def said(conflict: ConflictOfInterest) -> str:
    """Why the two do not go together, in words."""
    ties = [
        str(KINDS[kind]) % {"what": display_number(what) if kind == "number" else what}
        for kind, what in conflict.found
        if kind in KINDS
    ]
    return "; ".join([*filter(None, [conflict.reason]), *ties])
