"""What the crowd left behind: whether each answer is kept, and the money whole."""

import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
from django.db.models import Count, F, Q, Sum

from applications.states import State
from brustart.awards.models import Award, BankAccount, Batch, Change, Claim, Proposal, Tranche, Vote
from brustart.awards.proposing import reference
from brustart.core.models import AuditEntry
from brustart.fund.models import Account, Aid, CapAnswer, CapChange, Entry
from brustart.fund.verifying import BALANCES, differences
from tests.live import Portal

from .crowd import Tally

SETTLES = 10  # seconds for what killed workers left in the database
LOCKED = (
    "applications_application", "fund_undertaking", "fund_account", "awards_award", "awards_claim",
    "awards_batch", "awards_proposal",
)  # fmt: skip
LATER = {  # a claim in this state has the entries of all the states before it
    Entry.Kind.LIQUIDATE: (Claim.State.VERIFIED, Claim.State.ORDERED, Claim.State.PAID),
    Entry.Kind.ORDER: (Claim.State.ORDERED, Claim.State.PAID),
    Entry.Kind.PAY: (Claim.State.PAID,),
}
Rows = Counter[tuple[Any, ...]]


def rows() -> Rows:
    """What the database says was done, in the words of the crowd's attempts."""
    votes, awards, batches = Vote.objects.all(), Award.objects.all(), Batch.objects.all()
    reduced = Change.objects.filter(kind=Change.Kind.REDUCED)
    cancelled = batches.filter(state=Batch.State.CANCELLED, confirmed_by=None)
    confirmed = batches.exclude(confirmed_by=None)
    verified = Claim.objects.exclude(verified_by=None)
    ordered = Claim.objects.exclude(ordered_by=None)
    given = BankAccount.objects.all()
    sure = given.exclude(confirmed_by=None)
    known: dict[str, Any] = {
        "approve": votes.filter(approves=True).values_list("proposal", "reviewer", "sha256"),
        "refuse": votes.filter(approves=False).values_list("proposal", "reviewer", "reason"),
        "propose": Proposal.objects.values_list("application", "proposed_by", "reasons"),
        "reduce": reduced.values_list("award__application", "by", "reason"),
        "ask_cap": _asked(),
        "answer_cap": CapAnswer.objects.values_list("change", "answered_by", "accepted"),
        "accept": awards.exclude(accepted_by=None).values_list("application"),
        "decline": awards.filter(state=Award.State.DECLINED).values_list("application"),
        "give_account": given.values_list("award__application", "given_by", "holder"),
        "confirm_account": sure.values_list("pk", "confirmed_by", "why"),
        "claim": Claim.objects.values_list("tranche", "made_by", "words"),
        "verify": verified.values_list("pk", "verified_by"),
        "order": ordered.values_list("pk", "ordered_by"),
        "make_batch": batches.values_list("made_by"),
        "confirm_batch": confirmed.values_list("pk", "confirmed_by"),
        "cancel_batch": cancelled.values_list("pk"),
    }
    return Counter((kind, *row) for kind, found in known.items() for row in found)


def _asked() -> Iterator[tuple[int, str, Decimal]]:
    """Each change with the cap that was to come of it: changes come one after the other."""
    cap = Entry.objects.get(kind=Entry.Kind.CAP, sequence=1).amount
    for one in CapChange.objects.order_by("place").select_related("answer"):
        yield one.asked_by_id, one.reason, cap + one.amount
        if hasattr(one, "answer") and one.answer.accepted:
            cap += one.amount


def wrongs(tally: Tally, before: Rows, portal: Portal, *, kill: bool) -> list[str]:
    """Each way in which what was answered, or the money, is not as it must be."""
    said = portal.web.log.read_text(errors="replace")
    found = [*_settled(portal), *kept(tally, rows() - before)]
    found += [f"the web's log has “{one}”" for one in ("Traceback", "deadlock") if one in said]
    if tally.broken and not kill:
        found.append(f"connections broke and nobody was killed: {tally.broken[:5]}")
    return [*found, *money()]


def money() -> Iterator[str]:
    """Each way in which decisions, awards, payments and the ledger do not agree."""
    for look in (_votes, _accounts, _awards, _claims, _batches, _aid, differences):
        yield from look()


def _settled(portal: Portal) -> Iterator[str]:
    """Nobody holds a row any more: what a killed worker began, the database takes back."""
    with psycopg.connect(portal.urls.owner, autocommit=True) as owner:
        until = time.monotonic() + SETTLES
        while (busy := _busy(owner)) and time.monotonic() < until:
            time.sleep(0.1)
        if busy:
            yield f"{busy} sessions are still at work"
        for table in LOCKED:
            try:
                with owner.transaction(force_rollback=True):
                    owner.execute(f"SELECT FROM {table} FOR UPDATE NOWAIT")
            except psycopg.errors.LockNotAvailable:
                yield f"a row of {table} is locked"


def _busy(owner: "psycopg.Connection[Any]") -> int:
    row = owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    ).fetchone()
    return int(row[0]) if row else 0


def deadlocks(portal: Portal) -> int:
    """How many the database broke off, as far as its statistics know yet."""
    with psycopg.connect(portal.urls.owner, autocommit=True) as owner:
        row = owner.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def kept(tally: Tally, wrote: Rows) -> Iterator[str]:
    """What was answered as done is there, once; and nothing is there that nobody was told of,
    but for an act whose connection broke before the answer."""
    done, broken = Counter(tally.done), Counter(tally.broken)
    for row in done:
        if row[0] == "accept":  # a second click is told that it is accepted
            done[row] = 1
    yield from (f"answered as done, and lost: {row}" for row in (done - wrote).elements())
    tally.unheard = ((wrote - done) & broken).total()
    unasked = wrote - done - broken
    yield from (f"done, and nobody was told: {row}" for row in unasked.elements())


def _votes() -> Iterator[str]:
    """Each award has exactly its quorum of approvals, each open proposal fewer; each vote is in
    the audit trail."""
    counts = Count("votes", filter=Q(votes__approves=True, votes__sha256=F("sha256")))
    for one in Proposal.objects.annotate(count=counts, quorum=F("application__call__quorum")):
        approved = one.state == Proposal.State.APPROVED
        if approved != Award.objects.filter(proposal=one).exists():
            yield f"proposal {one.pk} is {one.state}, and its award does not fit"
        if (one.count == one.quorum) != approved or one.count > one.quorum:
            yield f"proposal {one.pk} is {one.state} with {one.count} approvals of {one.quorum}"
    for act, approves in (("proposal.approved", True), ("proposal.refused", False)):
        told = AuditEntry.objects.filter(act=act).count()
        if told != (there := Vote.objects.filter(approves=approves).count()):
            yield f"{there} votes, {told} in the audit trail as {act}"


def _accounts() -> Iterator[str]:
    """The stages of each account in their order; an envelope's is the sum of its awards'."""
    for one in Account.objects.all():
        stages = [one.cap, one.committed, one.liquidated, one.ordered, one.paid, one.recovered]
        if stages != sorted(stages, reverse=True) or min(stages) < 0:
            yield f"account {one.pk} is out of order: {stages}"
    for one in Account.objects.filter(parent=None):
        for name in set(BALANCES) - {"cap"}:
            total = one.awards.aggregate(total=Sum(name))["total"]
            if total != getattr(one, name):
                yield f"{name} of envelope {one.pk}: {getattr(one, name)}, its awards {total}"


def _awards() -> Iterator[str]:
    """The money of each award is what its own rows say."""
    states = {
        Award.State.OFFERED: State.AWARDED, Award.State.RUNNING: State.AWARDED,
        Award.State.DECLINED: State.LAPSED,
    }  # fmt: skip
    for one in Award.objects.select_related("account", "application"):
        committed = list(_entries(one, Entry.Kind.COMMIT))
        given_back = sum(_entries(one, Entry.Kind.DECOMMIT), Decimal(0))
        left = one.amount - given_back
        planned = Tranche.objects.filter(award=one).aggregate(total=Sum("amount"))["total"] or 0
        declined = one.state == Award.State.DECLINED
        if committed != [one.amount] or one.account.committed != left:
            yield f"award {one.pk} of {one.amount}: {committed} committed, {left} left"
        if (left != 0) if declined else (planned != left):
            yield f"award {one.pk} is {one.state}: {planned} in tranches, {left} committed"
        if one.application.state != states[Award.State(one.state)]:
            yield f"award {one.pk} is {one.state}, its file {one.application.state}"
        if reductions(one) != (0 if declined else given_back):
            yield f"award {one.pk}: {reductions(one)} reduced, {given_back} given back"


def reductions(award: Award) -> Decimal:
    told = Change.objects.filter(award=award, kind=Change.Kind.REDUCED)
    return sum((Decimal(one.details["amount"]) for one in told), Decimal(0))


def _entries(award: Award, kind: str) -> Iterator[Decimal]:
    found = Entry.objects.filter(account=award.account_id, kind=kind)
    yield from found.values_list("amount", flat=True)


def _claims() -> Iterator[str]:
    """Each claim has the entries of its state, of its own amount, on its award's account."""
    for kind, states in LATER.items():
        there = Entry.objects.filter(kind=kind).values_list("account", "reference", "amount")
        due = [
            (one.tranche.award.account_id, f"claim:{one.pk}", one.amount)
            for one in Claim.objects.filter(state__in=states).select_related("tranche__award")
        ]
        if Counter(there) != Counter(due):
            yield f"{kind}: entries {sorted(there)}, claims {sorted(due)}"


def _batches() -> Iterator[str]:
    """A payment file that waits pays what it says; one that was paid has only paid claims."""
    for one in Batch.objects.prefetch_related("claims"):
        states = {claim.state for claim in one.claims.all()}
        wanted = {
            Batch.State.MADE: {Claim.State.ORDERED}, Batch.State.PAID: {Claim.State.PAID},
            Batch.State.CANCELLED: set[Claim.State](),
        }[Batch.State(one.state)]  # fmt: skip
        if states != wanted:
            yield f"payment file {one.pk} is {one.state}, its claims {states}"
        total = sum((claim.amount for claim in one.claims.all()), Decimal(0))
        if one.state == Batch.State.MADE and total != one.total:
            yield f"payment file {one.pk} says {one.total}, its claims {total}"
    for claim in Claim.objects.filter(state=Claim.State.PAID, batch=None):
        yield f"claim {claim.pk} was paid by no payment file"


def _aid() -> Iterator[str]:
    """De minimis headroom is reserved for what is open, and granted for what was awarded."""
    live = Aid.objects.filter(released_at=None)
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN)
    awards = Award.objects.exclude(state=Award.State.DECLINED).select_related("proposal")
    for kind, proposals in (
        (Aid.Kind.RESERVED, list(open_ones)), (Aid.Kind.GRANTED, [one.proposal for one in awards]),
    ):  # fmt: skip
        there = Counter(live.filter(kind=kind).values_list("reference", "amount"))
        due = Counter((reference(one), one.amount) for one in proposals)
        if there != due:
            yield f"aid {kind}: {there - due} too many, {due - there} missing"
