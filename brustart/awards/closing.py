"""The end of an award: the startup's final report, accepted; and money that has to come back."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.states import State
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.core.money import ZERO, euros
from brustart.fund import ledger

from . import attaching, changing
from .models import Award, Recovery, Report
from .offering import give_back, locked, require_owner
from .proposing import given

REPORTS = (Award.State.RUNNING, Award.State.SUSPENDED)


class NotClosable(Refused):
    """No report, or it is answered already."""


class NotRecoverable(Refused):
    """More than was paid, or answered already, or by the same person."""


@retried
@transaction.atomic
def report(
    award: Award, *, words: str, uploads: Iterable[Any], actor: Any, now: datetime
) -> Report:
    """The startup's final report; one that was sent back is replaced. Raises NotClosable,
    offering.NotTheirs, inspecting.BadDocument."""
    words = given(words)
    application, award = locked(award)
    require_owner(application, actor)
    if award.state not in REPORTS:
        raise NotClosable(_("A final report belongs to an award whose agreement is in force."))
    found = Report.objects.filter(award=award).first()
    if found and not found.returned_because:
        raise NotClosable(_("The final report is with the fund already. Nothing was changed."))
    made, _new = Report.objects.update_or_create(
        award=award,
        defaults={"words": words, "made_by": actor, "made_at": now, "returned_because": ""},
    )
    kept = [
        attaching.keep(application, one, internal=False, actor=actor, now=now) for one in uploads
    ]
    made.documents.add(*kept)
    timeline.write(application, "report_made", now=now, actor=actor)
    audit.record("award.report_made", about=made, actor=actor, now=now)
    return made


@retried
@transaction.atomic
def send_back(made: Report, *, reason: str, actor: Any, now: datetime) -> None:
    """The report does not show enough; the startup sends another."""
    reason = given(reason)
    application, award = locked(made.award)
    made = _open(award)
    made.returned_because = reason
    made.save()
    timeline.write(application, "report_returned", now=now, actor=actor, reason=reason)
    audit.record("award.report_returned", about=made, actor=actor, now=now, reason=reason)
    lifecycle.tell(
        application, "report_returned", now=now,
        fact=f"report_returned:{award.pk}:{now.isoformat()}", reason=reason,
    )  # fmt: skip


@retried
@transaction.atomic
def close(award: Award, *, actor: Any, now: datetime) -> Award:
    """Accept the final report: what is not used goes back to the envelope, and the file closes.

    Raises NotClosable, changing.NotChangeable while a claim is under way.
    """
    application, award = locked(award)
    made = _open(award)
    changing.require_nothing_under_way(award)
    give_back(award, changing.unused(award), actor=actor, now=now, why="closed")
    made.accepted_by, made.accepted_at = actor, now
    made.save()
    award.state, award.ended_at = Award.State.CLOSED, now
    award.save()
    lifecycle.move(application, State.CLOSED, kind="closed", now=now, actor=actor)
    lifecycle.tell(application, "award_closed", now=now, fact=f"closed:{award.pk}", award=award)
    return award


def _open(award: Award) -> Report:
    found = Report.objects.select_for_update(of=("self",)).filter(award=award).first()
    if award.state not in REPORTS or not found or found.returned_because:
        raise NotClosable(_("There is no final report to answer. Nothing was changed."))
    return found


# --- money back -----------------------------------------------------------------------------
def recoverable(award: Award) -> Decimal:
    """EUR that were paid and are not yet asked back."""
    award.account.refresh_from_db()
    asked = sum((one.amount for one in award.recoveries.filter(received_at=None)), ZERO)
    return award.account.paid - award.account.recovered - asked


@retried
@transaction.atomic
def ask_back(
    award: Award, *, amount: Decimal, reason: str, due_on: date, actor: Any, now: datetime
) -> Recovery:
    """Ask the startup to pay EUR back. It frees no capacity. Raises NotRecoverable."""
    reason = given(reason)
    application, award = locked(award)
    most = recoverable(award)
    if not ZERO < amount <= most:
        raise NotRecoverable(
            _("%(most)s can be asked back: that was paid and is not asked back yet.")
            % {"most": euros(most)},
            field="amount",
        )
    made = Recovery.objects.create(
        award=award, amount=amount, reason=reason, due_on=due_on, asked_by=actor, asked_at=now
    )
    timeline.write(
        application, "recovery_asked", now=now, actor=actor, amount=amount, reason=reason
    )
    audit.record("award.recovery_asked", about=made, actor=actor, now=now, amount=amount)
    lifecycle.tell(
        application, "recovery_asked", now=now, fact=f"recovery:{made.pk}", recovery=made
    )
    return made


@retried
@transaction.atomic
def receive(recovery: Recovery, *, actor: Any, now: datetime) -> Recovery:
    """Somebody other than who asked saw the money on the fund's account. Raises NotRecoverable."""
    application, award = locked(recovery.award)
    recovery = Recovery.objects.select_for_update(of=("self",)).get(pk=recovery.pk)
    if recovery.received_at:
        raise NotRecoverable(_("This is recorded already. Nothing was changed."))
    if recovery.asked_by_id == actor.pk:
        raise NotRecoverable(_("You asked for it, so a colleague records that it came."))
    ledger.recover(
        award.account, recovery.amount, actor=actor, now=now, reference=f"recovery:{recovery.pk}"
    )
    recovery.received_by, recovery.received_at = actor, now
    recovery.save()
    timeline.write(application, "recovered", now=now, actor=actor, amount=recovery.amount)
    audit.record("award.recovered", about=recovery, actor=actor, now=now, amount=recovery.amount)
    return recovery
