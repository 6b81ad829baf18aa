"""No sequence of acts in the life of awards breaks an invariant (domain.md section 8)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from applications import lifecycle
from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards import (
    banking,
    changing,
    claiming,
    closing,
    deciding,
    offering,
    paying,
    promoting,
    proposing,
)
from brustart.awards.models import (
    Award,
    BankAccount,
    Batch,
    Claim,
    Instrument,
    Promotion,
    Proposal,
    Recovery,
    Report,
)
from brustart.core.errors import Refused
from brustart.fund import deminimis
from brustart.fund.models import Account
from brustart.fund.verifying import differences
from tests import factories
from tests.awards import making

from .machines import bounded

CAP, ASKED, BEGINS = 545_000, Decimal(120_000), Decimal(60_000)
MAKERS: list[Callable[[Application], Any]] = [  # how far each file is when an example begins
    lambda file: None,
    lambda file: deciding.keep_waiting(file, actor=None, now=timezone.now()),
    lambda file: factories.make_proposal(file, amount=BEGINS),
    lambda file: factories.make_award(file, amount=BEGINS),
    lambda file: making.make_claim(making.make_running(file, amount=BEGINS)),
    lambda file: making.make_verified(making.make_running(file, amount=BEGINS)),
    lambda file: making.make_ordered(making.make_running(file, amount=BEGINS)),
    lambda file: making.make_batch(making.make_ordered(making.make_running(file, amount=BEGINS))),
    lambda file: hand_in_report(making.make_paid(making.make_running(file, amount=BEGINS))),
]
EUROS = st.integers(1, int(ASKED) * 100).map(lambda cents: Decimal(cents) / 100)
HANDLED = ["verify", "verify", "order", "send_back", "take_back"]
WHICH, WHO = st.integers(0, 8), st.integers(0, 3)
BALANCES = ("committed", "decommitted", "liquidated", "ordered", "paid", "recovered")


class Awards(RuleBasedStateMachine):
    """Real acts on the files of one call, whose cap is too small for all. What is refused is
    refused in words. Each example begins with the same files, and is rolled back."""

    files: ClassVar[list[Application]]
    staff: ClassVar[list[User]]  # three fund managers, and a reviewer who may become one
    panel: ClassVar[list[User]]
    done: ClassVar[set[str]] = set()  # acts that came to pass
    said: ClassVar[set[str]] = set()  # refusals

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now, self.steps = timezone.now(), 0
        self.envelope = self.files[0].call.envelope

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def attempt(self, act: Callable[..., Any], *about: Any, **how: Any) -> None:
        """Do it, or hear why not: any other error ends the test."""
        try:
            act(*about, **how, now=self.now)
        except Refused as refusal:
            self.said.add(str(refusal))
        else:
            self.done.add(f"{act.__module__.rpartition('.')[2]}.{act.__name__}")

    def on(self, rows: Any, which: int, act: Callable[..., Any], **how: Any) -> None:
        """Attempt the act on one of these rows, if there are any."""
        if found := list(rows.order_by("pk")):
            self.attempt(act, found[which % len(found)], **how)

    def person(self, who: int) -> User:
        return User.objects.get(pk=self.staff[who].pk)

    def award(self, which: int, *likely: str) -> Award:
        """One in these states, or else any."""
        found = Award.objects.filter(state__in=likely).order_by("pk")
        rows = list(found) or list(Award.objects.order_by("pk"))
        return rows[which % len(rows)]

    @rule(days=st.sampled_from([1, 1, 16, 31]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        if offering.expire(self.now):
            self.done.add("offering.expire")

    @rule(who=st.sampled_from(list(Role)))
    def somebody_changes_their_role(self, who: Role) -> None:
        User.objects.filter(pk=self.staff[3].pk).update(role=who)

    # --- the proposal -----------------------------------------------------------------------
    @rule(which=WHICH, who=WHO, amount=EUROS)
    def propose(self, which: int, who: int, amount: Decimal) -> None:
        rows = Application.objects.filter(state__in=[State.REVIEWED, State.WAITING])
        how = {"instrument": Instrument.GRANT, "reasons": "Good.", "actor": self.person(who)}
        self.on(rows, which, proposing.propose, amount=amount, **how)

    @rule(which=WHICH, who=WHO, amount=EUROS)
    def revise(self, which: int, who: int, amount: Decimal) -> None:
        rows = list(Proposal.objects.filter(state=Proposal.State.OPEN).order_by("pk"))
        if rows:
            one = rows[which % len(rows)]
            how = {"instrument": Instrument.GRANT, "reasons": "Better.", "actor": self.person(who)}
            self.attempt(proposing.revise, one, amount=amount, read_hash=one.sha256, **how)

    @rule(which=WHICH, voter=WHICH, approves=st.sampled_from([True, True, True, False]))
    def vote(self, which: int, voter: int, *, approves: bool) -> None:
        rows = list(Proposal.objects.filter(state=Proposal.State.OPEN).order_by("pk"))
        if not rows:
            return
        proposal, actor = rows[which % len(rows)], User.objects.get(pk=self.panel[voter % 3].pk)
        if approves:
            self.attempt(deciding.approve, proposal, actor=actor, read_hash=proposal.sha256)
        else:
            self.attempt(deciding.refuse, proposal, actor=actor, reason="No market.")

    @rule(which=WHICH, act=st.sampled_from(["take_back", "wait", "reject", "withdraw"]))
    def let_go(self, which: int, act: str) -> None:
        files, actor = Application.objects.all(), self.staff[0]
        likely = files.filter(state__in=[State.REVIEWED, State.WAITING])
        likely = likely if likely.exists() else files
        if act == "take_back":
            rows = Proposal.objects.filter(state=Proposal.State.OPEN)
            self.on(rows, which, proposing.take_back, reason="New facts.", actor=actor)
        elif act == "wait":
            self.on(likely, which, deciding.keep_waiting, actor=actor)
        elif act == "reject":
            self.on(likely, which, deciding.reject, grounds="Too early.", actor=actor)
        else:
            file = files.order_by("pk")[which]
            self.attempt(lifecycle.withdraw, file, actor=file.author)
            if Application.objects.get(pk=file.pk).state == State.WITHDRAWN:
                self.attempt(deciding.void_after_withdrawal, file.pk)

    @rule()
    def serve_the_waiting_list(self) -> None:
        before = promoting.free(self.envelope)
        self.attempt(promoting.offer_next, self.envelope.pk, why="award:1")
        assert promoting.free(self.envelope) >= min(before, Decimal(0))

    @rule(which=WHICH)
    def pass_over(self, which: int) -> None:
        rows = Promotion.objects.filter(state=Promotion.State.OPEN)
        self.on(rows, which, promoting.pass_over, reason="Elsewhere.", actor=self.staff[0])

    # --- the offer and the money ------------------------------------------------------------
    @rule(which=WHICH, accepts=st.booleans())
    def answer(self, which: int, *, accepts: bool) -> None:
        award = self.award(which, "offered")
        act = offering.accept if accepts else offering.decline
        self.attempt(act, award, actor=award.application.author)

    @rule(which=WHICH, who=WHO, iban=st.sampled_from([making.IBAN, making.OTHER_IBAN]))
    def another_account(self, which: int, who: int, iban: str) -> None:
        award = self.award(which, "running")
        self.attempt(banking.give, award, iban=iban, holder="M", actor=award.application.author)
        rows = BankAccount.objects.filter(ended_at=None, confirmed_at=None)
        self.on(rows, which, banking.confirm, how="By phone.", actor=self.person(who))

    @rule(which=WHICH, position=st.integers(0, 2))
    def claim(self, which: int, position: int) -> None:
        award = self.award(which, "running", "suspended")
        tranches = list(award.tranches.order_by("position"))
        if tranches:
            proof, actor = [making.picture()], award.application.author
            how = {"words": "Done.", "uploads": proof, "actor": actor}
            self.attempt(claiming.claim, tranches[position % len(tranches)], **how)

    @rule(which=WHICH, who=WHO, on=st.sampled_from(HANDLED))
    def handle(self, which: int, who: int, on: str) -> None:
        late, back = on in ("order", "take_back"), on in ("send_back", "take_back")
        actor, how = self.person(who), {"reason": "Not yet."} if back else {}
        rows = Claim.objects.filter(state=Claim.State.VERIFIED if late else Claim.State.MADE)
        self.on(rows, which, getattr(claiming, on), actor=actor, **how)

    @rule(who=WHO, some=st.sets(WHICH, min_size=1))
    def make_a_payment_file(self, who: int, some: set[int]) -> None:
        ordered = list(Claim.objects.filter(state=Claim.State.ORDERED).order_by("pk"))
        chosen = {ordered[one % len(ordered)].pk for one in some} if ordered else set()
        today = timezone.localdate(self.now)
        self.attempt(paying.make, chosen, execute_on=today, actor=self.person(who))

    @rule(which=WHICH, who=WHO, cancels=st.booleans(), back=st.sets(WHICH))
    def settle(self, which: int, who: int, *, cancels: bool, back: set[int]) -> None:
        made = Batch.objects.filter(state=Batch.State.MADE)
        rows, actor = made if made.exists() else Batch.objects.all(), self.person(who)
        if cancels:
            self.on(rows, which, paying.cancel, actor=actor)
            return
        claims = list(Claim.objects.exclude(batch=None).order_by("pk"))
        returned = {claims[one].pk for one in back if one < len(claims)}
        self.on(rows, which, paying.confirm, returned=returned, actor=actor)

    @rule(which=WHICH, amount=EUROS, act=st.sampled_from(["turn", "turn", "reduce", "end"]))
    def change(self, which: int, amount: Decimal, act: str) -> None:
        award = self.award(which, "running", "suspended")
        how = {"reason": "Why.", "actor": self.staff[0]}
        if act == "reduce":
            how["amount"] = (amount / 4).quantize(Decimal("0.01"))
        elif act == "turn":
            act = "resume" if award.state == "suspended" else "suspend"
        self.attempt(getattr(changing, act), award, **how)

    @rule(which=WHICH, first=EUROS)
    def replan(self, which: int, first: Decimal) -> None:
        award = self.award(which, "offered", "running", "suspended")
        left = sum((one.amount for one in changing.unclaimed(award)), Decimal(0))
        plan = [("First.", first / 4, None), ("Rest.", left - first / 4, None)]
        plan = [(words, euros.quantize(Decimal("0.01")), day) for words, euros, day in plan]
        self.attempt(changing.replan, award, tranches=plan, reason="Why.", actor=self.staff[0])

    @rule(which=WHICH, act=st.sampled_from(["report", "report", "close", "close", "send_back"]))
    def finish(self, which: int, act: str) -> None:
        reports, actor = Report.objects.filter(returned_because=""), self.staff[1]
        if act == "report":
            award = self.award(which, "running", "suspended")
            how = {"words": "Done.", "uploads": [], "actor": award.application.author}
            self.attempt(closing.report, award, **how)
        elif act == "close":
            self.on(Award.objects.filter(report__in=reports), which, closing.close, actor=actor)
        else:
            self.on(reports, which, closing.send_back, reason="More.", actor=actor)

    @rule(which=WHICH, who=WHO, amount=EUROS)
    def recover(self, which: int, who: int, amount: Decimal) -> None:
        how = {"reason": "Not spent.", "due_on": timezone.localdate(self.now)}
        amount = (amount / 3).quantize(Decimal("0.01"))
        actor = self.person(who)
        paid = Award.objects.filter(account__paid__gt=0)
        self.on(paid, which, closing.ask_back, amount=amount, actor=actor, **how)
        self.on(Recovery.objects.all(), which, closing.receive, actor=self.staff[0])

    # --- what holds after each step ---------------------------------------------------------
    @invariant()
    def each_stage_is_within_the_one_before_it(self) -> None:
        for one in Account.objects.all():
            stages = [one.cap, one.committed, one.liquidated, one.ordered, one.paid, one.recovered]
            assert stages == sorted(stages, reverse=True)
            assert one.recovered >= 0

    @invariant()
    def awards_add_up_to_their_envelope(self) -> None:
        envelope = Account.objects.get(pk=self.envelope.account_id)
        sums = envelope.awards.aggregate(**{name: Sum(name, default=0) for name in BALANCES})
        assert sums == {name: getattr(envelope, name) for name in BALANCES}
        assert list(differences()) == []

    @invariant()
    def rows_say_what_the_ledger_says(self) -> None:
        rows = Award.objects.select_related("account", "application", "proposal")
        for award in rows.prefetch_related(
            "tranches__claims__batch", "recoveries", "proposal__votes"
        ):
            claims = [claim for one in award.tranches.all() for claim in one.claims.all()]
            _stages_are_its_rows(award, claims)
            _promised_is_what_its_state_says(award)
            _steps_are_for_several_people(award, claims)
            ends = {"offered": "awarded", "running": "awarded", "suspended": "awarded"}
            closed = "closed" if award.state == "closed" else "lapsed"
            assert award.application.state == ends.get(award.state, closed)

    @invariant()
    def a_file_is_proposed_while_its_proposal_is_open(self) -> None:
        files = Application.objects.filter(state=State.PROPOSED)
        open_ones = Proposal.objects.filter(state=Proposal.State.OPEN)
        assert set(files.values_list("pk")) == set(open_ones.values_list("application"))

    @invariant()
    def aid_is_what_stands_and_what_is_reserved(self) -> None:
        """Of one file a step, in turn."""
        self.steps += 1
        file = self.files[self.steps % len(self.files)]
        standing = Award.objects.exclude(state__in=["declined", "expired"])
        open_ones = Proposal.objects.filter(state=Proposal.State.OPEN)
        counted = [*standing.filter(application=file), *open_ones.filter(application=file)]
        known = deminimis.known([file.enterprise_number], timezone.localdate(self.now))
        assert known.here == total(counted)

    @invariant()
    def a_payment_file_is_its_payments(self) -> None:
        for batch in Batch.objects.filter(state=Batch.State.MADE):
            assert batch.total == total(batch.claims.all())


def total(rows: Iterable[Any]) -> Decimal:
    return sum((one.amount for one in rows), Decimal(0))


def hand_in_report(claim: Claim) -> None:
    award = claim.tranche.award
    how = {"words": "Done.", "uploads": [], "actor": award.application.author}
    closing.report(award, **how, now=timezone.now())


def _stages_are_its_rows(award: Award, claims: list[Claim]) -> None:
    later = ["verified", "ordered", "paid"]
    for place, stage in enumerate(("liquidated", "ordered", "paid")):
        reached = [one for one in claims if one.state in later[place:]]
        assert getattr(award.account, stage) == total(reached)
    received = [one for one in award.recoveries.all() if one.received_at]
    assert award.account.recovered == total(received)


def _promised_is_what_its_state_says(award: Award) -> None:
    account = award.account
    assert account.committed + account.decommitted == award.amount == award.proposal.amount
    if award.state in ("offered", "running", "suspended"):
        assert total(award.tranches.all()) == account.committed
    elif award.state in ("declined", "expired"):
        assert account.committed == 0
    else:
        assert account.committed == account.liquidated


def _steps_are_for_several_people(award: Award, claims: list[Claim]) -> None:
    votes = award.proposal.votes.all()
    counted = [one for one in votes if one.approves and one.sha256 == award.proposal.sha256]
    assert len(counted) >= 2
    for claim in claims:
        steps = {claim.verified_by_id, claim.ordered_by_id}
        assert len(steps) == 2 or steps == {None}
        if batch := claim.batch:
            steps |= {batch.made_by_id, batch.confirmed_by_id}
            assert batch.made_by_id != batch.confirmed_by_id
        assert steps.isdisjoint(one.reviewer_id for one in votes)


EVERY_ACT = {
    "proposing.propose", "proposing.revise", "proposing.take_back", "deciding.approve",
    "deciding.refuse", "deciding.keep_waiting", "deciding.reject", "lifecycle.withdraw",
    "promoting.offer_next", "promoting.pass_over", "offering.accept", "offering.decline",
    "offering.expire", "banking.give", "banking.confirm", "claiming.claim", "claiming.verify",
    "claiming.order", "claiming.send_back", "claiming.take_back", "paying.make",
    "paying.confirm", "paying.cancel",
    "changing.suspend", "changing.resume", "changing.reduce", "changing.replan", "changing.end",
    "closing.report", "closing.send_back", "closing.close", "closing.ask_back", "closing.receive",
}  # fmt: skip


@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_an_invariant() -> None:
    call = factories.make_call(cap=CAP)
    Awards.panel = factories.panel_of(call)
    Awards.staff = [*(making.manager() for _person in range(3)), Awards.panel[2]]
    Awards.files = [factories.make_reviewed(call=call) for _maker in MAKERS]
    for file, make in zip(Awards.files, MAKERS, strict=True):
        factories.declare(file, *Awards.panel)
        make(file)
    run_state_machine_as_test(Awards, settings=bounded(examples=30, steps=16))
    missed = EVERY_ACT - Awards.done  # chance leaves out a few; each has tests of its own
    assert len(missed) < len(EVERY_ACT) / 4, missed
    assert "" not in Awards.said
