"""Awards at the same instant, each act in a thread and a transaction of its own: one of two wins,
the other hears why, and the money moves once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from applications.states import State
from brustart.awards import changing, claiming, deciding, offering, paying, promoting, proposing
from brustart.awards.models import Award, Batch, Claim, Instrument, Promotion, Tranche
from brustart.core.errors import Refused
from brustart.fund.models import Aid, Entry
from brustart.fund.verifying import differences
from tests import factories
from tests.awards.making import (
    balances,
    envelope_of,
    fresh,
    keys,
    make_batch,
    make_claim,
    make_ordered,
    make_running,
    make_verified,
    manager,
    owner,
    picture,
)

from .together import at_once

pytestmark = pytest.mark.usefixtures("committed_db")


def one_of(acts: list[Callable[[], Any]], refusal: type[Refused]) -> Any:
    """What the one that won returned; all others were refused like this."""
    answers = at_once(acts)
    lost = [one for one in answers if isinstance(one, Refused)]
    won = [one for one in answers if not isinstance(one, Refused)]
    assert (len(won), {type(one) for one in lost}) == (1, {refusal}), answers
    assert all(str(one) for one in lost)
    return won[0]


def moved(kind: Entry.Kind) -> list[Decimal]:
    return list(Entry.objects.filter(kind=kind).values_list("amount", flat=True))


# --- claims ---------------------------------------------------------------------------------
def test_two_managers_verify_a_claim_once() -> None:
    made = make_claim()
    acts = [
        lambda one=one: claiming.verify(made, actor=one, now=timezone.now())
        for one in (manager(), manager())
    ]
    won = one_of(acts, claiming.NotClaimable)
    assert fresh(made).verified_by == won.verified_by
    assert moved(Entry.Kind.LIQUIDATE) == [50_000]
    assert list(differences()) == []


def test_a_claim_is_verified_or_sent_back() -> None:
    made, now = make_claim(), timezone.now()
    one, other = manager(), manager()
    one_of(
        [
            lambda: claiming.verify(made, actor=one, now=now),
            lambda: claiming.send_back(made, reason="Not yet.", actor=other, now=now),
        ],
        claiming.NotClaimable,
    )
    verified = fresh(made).state == Claim.State.VERIFIED
    assert moved(Entry.Kind.LIQUIDATE) == ([50_000] if verified else [])


def test_two_managers_order_a_payment_once() -> None:
    verified = make_verified()
    acts = [
        lambda one=one: claiming.order(verified, actor=one, now=timezone.now())
        for one in (manager(), manager())
    ]
    one_of(acts, claiming.NotClaimable)
    assert moved(Entry.Kind.ORDER) == [50_000]


def test_a_double_click_claims_once() -> None:
    award = make_running()
    tranche = award.tranches.get(position=1)

    def act() -> Claim:
        return claiming.claim(
            tranche, words="Done.", uploads=[picture()], actor=owner(award), now=timezone.now()
        )

    one_of([act, act], claiming.NotClaimable)
    assert Claim.objects.count() == 1


def test_a_tranche_is_claimed_or_given_back() -> None:
    """Whoever comes second finds what the first one left: never a claim without its money."""
    award, actor = make_running(amount=100_000), manager()
    last = award.tranches.get(position=3)
    answers = at_once(
        [
            lambda: claiming.claim(
                last, words="Done.", uploads=[picture()], actor=owner(award), now=timezone.now()
            ),
            lambda: changing.reduce(
                award, amount=Decimal(100_000), reason="Bankrupt.", actor=actor,
                now=timezone.now(),
            ),
        ]
    )  # fmt: skip
    won = [one for one in answers if not isinstance(one, Exception)]
    assert len(won) == 1
    claimed = isinstance(won[0], Claim)
    assert balances(award).committed == (100_000 if claimed else 0)
    assert Tranche.objects.count() == (3 if claimed else 0)


# --- payment files --------------------------------------------------------------------------
def test_two_payment_files_of_the_same_payments_are_one() -> None:
    claims = keys([make_ordered(), make_ordered()])
    today = timezone.localdate()
    acts = [
        lambda one=one, rows=rows: paying.make(
            rows, execute_on=today, actor=one, now=timezone.now()
        )
        for one, rows in ((manager(), claims), (manager(), claims[::-1]))
    ]
    won = one_of(acts, paying.NothingToPay)
    assert Batch.objects.get() == won
    assert set(Claim.objects.values_list("batch", flat=True)) == {won.pk}


def test_a_payment_file_is_confirmed_once() -> None:
    claims = [make_ordered(), make_ordered()]
    batch = make_batch(*claims)
    acts = [
        lambda one=one: paying.confirm(batch, returned=[], actor=one, now=timezone.now())
        for one in (manager(), manager())
    ]
    won = one_of(acts, paying.NotConfirmable)
    assert fresh(batch).confirmed_by == won.confirmed_by
    assert moved(Entry.Kind.PAY) == [50_000, 50_000]
    assert list(differences()) == []


def test_a_payment_file_is_confirmed_or_cancelled() -> None:
    ordered = make_ordered()
    batch, one, other = make_batch(ordered), manager(), manager()
    one_of(
        [
            lambda: paying.confirm(batch, returned=[], actor=one, now=timezone.now()),
            lambda: paying.cancel(batch, actor=other, now=timezone.now()),
        ],
        paying.NotConfirmable,
    )
    paid = fresh(batch).state == Batch.State.PAID
    assert moved(Entry.Kind.PAY) == ([50_000] if paid else [])
    assert fresh(ordered).state == (Claim.State.PAID if paid else Claim.State.ORDERED)


def test_two_files_that_cross_are_both_confirmed() -> None:
    """Each pays both awards, named in another order: nobody waits for the other for ever."""
    one, other = make_running(), make_running()
    first, second = (make_ordered(award, position=1) for award in (one, other))
    third, fourth = (make_ordered(award, position=2) for award in (other, one))
    batches = [make_batch(first, second), make_batch(third, fourth)]
    acts = [
        lambda batch=batch, who=who: paying.confirm(
            batch, returned=[], actor=who, now=timezone.now()
        )
        for batch, who in zip(batches, (manager(), manager()), strict=True)
    ]
    assert [answer.state for answer in at_once(acts)] == [Batch.State.PAID] * 2
    assert balances(one).paid == balances(other).paid == 80_000
    assert list(differences()) == []


def test_a_suspended_award_gets_into_no_file() -> None:
    ordered, payer, keeper = make_ordered(), manager(), manager()
    award = ordered.tranche.award
    made, _suspended = at_once(
        [
            lambda: paying.make(
                [ordered.pk], execute_on=timezone.localdate(), actor=payer, now=timezone.now()
            ),
            lambda: changing.suspend(award, reason="An audit.", actor=keeper, now=timezone.now()),
        ]
    )
    assert fresh(award).state == Award.State.SUSPENDED
    assert isinstance(made, Batch | paying.NothingToPay)
    assert (fresh(ordered).batch is not None) == isinstance(made, Batch)


# --- offers ---------------------------------------------------------------------------------
def test_an_offer_is_accepted_or_lapses() -> None:
    award = factories.make_award(amount=100_000)
    startup, now = owner(award), timezone.now()
    accepted, lapsed = at_once(
        [
            lambda: offering.accept(award, actor=startup, now=now),
            lambda: offering.expire(now + timedelta(days=31)),
        ]
    )
    stored = fresh(award)
    if lapsed:
        assert isinstance(accepted, offering.NotOffered)
        assert (stored.state, stored.application.state) == (Award.State.EXPIRED, State.LAPSED)
    else:
        assert (stored.state, stored.application.state) == (Award.State.RUNNING, State.AWARDED)
    assert envelope_of(award).committed == (0 if lapsed else 100_000)
    assert Aid.objects.filter(kind=Aid.Kind.GRANTED, released_at=None).count() == (not lapsed)


def test_an_offer_is_declined_or_accepted() -> None:
    award = factories.make_award(amount=100_000)
    startup, now = owner(award), timezone.now()
    acts = [
        lambda act=act: act(award, actor=startup, now=now)
        for act in (offering.accept, offering.decline)
    ]
    won = one_of(acts, offering.NotOffered)
    assert fresh(award).state == won.state
    assert moved(Entry.Kind.DECOMMIT) == ([] if won.state == Award.State.RUNNING else [100_000])


def test_an_offer_is_declined_once() -> None:
    award = factories.make_award(amount=100_000)

    def act() -> Award:
        return offering.decline(award, actor=owner(award), now=timezone.now())

    one_of([act, act], offering.NotOffered)
    assert moved(Entry.Kind.DECOMMIT) == [100_000]


# --- proposals ------------------------------------------------------------------------------
def test_nobody_approves_what_changes_at_the_same_instant() -> None:
    proposal, actor = factories.make_proposal(amount=100_000), manager()
    first, second, _third = factories.panel_of(proposal.application.call)
    factories.approve(proposal, first)
    approved, revised = at_once(
        [
            lambda: factories.approve(proposal, second),
            lambda: proposing.revise(
                proposal, amount=Decimal(90_000), instrument=Instrument.GRANT, reasons="Less.",
                read_hash=proposal.sha256, actor=actor, now=timezone.now(),
            ),
        ]
    )  # fmt: skip
    assert isinstance(approved, Award) != isinstance(approved, deciding.Changed)
    assert isinstance(revised, Refused) == isinstance(approved, Award)
    assert moved(Entry.Kind.COMMIT) == ([100_000] if isinstance(approved, Award) else [])
    used = Aid.objects.filter(released_at=None).exclude(kind=Aid.Kind.DECLARED)
    assert [one.amount for one in used] == [100_000 if isinstance(approved, Award) else 90_000]


def test_the_waiting_list_is_served_once() -> None:
    call, actor = factories.make_call(cap=150_000), manager()
    for _file in range(2):
        file = factories.make_reviewed(call=call)
        deciding.keep_waiting(file, actor=actor, now=timezone.now())

    def act() -> None:
        promoting.offer_next(call.envelope_id, why="award:1", now=timezone.now())

    assert at_once([act] * 4) == [None] * 4
    assert Promotion.objects.count() == 1
