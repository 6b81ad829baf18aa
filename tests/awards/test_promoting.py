"""The waiting list: who is next when money comes back, and who is passed over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from applications import lifecycle
from applications.models import Application, Track
from brustart.awards import changing, deciding, offering, promoting, proposing
from brustart.awards.models import Award, Promotion
from brustart.core.models import AuditEntry
from brustart.fund import accounts
from brustart.fund.models import Call, Envelope
from tests import factories
from tests.fund.changing import open_part

from .making import fresh, make_running, manager, owner

pytestmark = pytest.mark.django_db
ASKED = Decimal(120_000)  # by each file


def make_waiting(call: Call, *marks: int) -> Application:
    file = factories.make_reviewed(call=call, marks=list(marks or (4, 4)))
    deciding.keep_waiting(file, actor=manager(), now=timezone.now())
    return file


def offer_next(envelope: Envelope, why: str = "award:1") -> None:
    promoting.offer_next(envelope.pk, why=why, now=timezone.now())


def next_files() -> list[Application]:
    rows = Promotion.objects.filter(state=Promotion.State.OPEN).order_by("pk")
    return [one.application for one in rows]


def hear() -> None:
    """What happened is heard of, and what follows from it as well."""
    for _event in range(2):
        factories.deliver()


def scene(cap: int = 300_000) -> tuple[Award, Application, Application, Envelope]:
    """An award of 100,000 of a cap; a better and a worse file wait for 120,000 each."""
    call = factories.make_call(cap=cap)
    award = factories.make_award(amount=100_000, call=call)
    worse, better = make_waiting(call, 2, 2), make_waiting(call, 5, 5)
    factories.add_up()
    return award, better, worse, call.envelope


def test_the_list_is_in_order_of_the_ranking() -> None:
    _award, better, worse, envelope = scene()
    assert list(promoting.in_order(envelope)) == [better, worse]


def test_who_fits_is_put_forward_and_nothing_is_proposed() -> None:
    _award, better, worse, envelope = scene(cap=300_000)
    for _again in range(2):
        offer_next(envelope, "award:1")
    assert next_files() == [better]
    made = Promotion.objects.get()
    assert (made.left, made.why) == (200_000, "award:1")
    assert promoting.free(envelope) == 80_000
    assert not fresh(better).proposals.exists()
    assert AuditEntry.objects.filter(act="waiting_list.next").count() == 1
    assert fresh(worse).state == "waiting"


def test_nobody_is_put_forward_while_nobody_fits() -> None:
    award, _better, _worse, envelope = scene(cap=219_999)
    offer_next(envelope)
    assert next_files() == []
    assert promoting.free(envelope) == 119_999
    decline(award)
    offer_next(envelope)
    assert len(next_files()) == 1


def decline(award: Award) -> None:
    offering.decline(award, actor=owner(award), now=timezone.now())


def test_a_declined_offer_reaches_the_waiting_list_by_itself() -> None:
    award, better, worse, envelope = scene(cap=240_000)
    decline(award)
    factories.deliver()
    assert next_files() == [better, worse]
    first, second = Promotion.objects.order_by("pk")
    assert (first.left, second.left) == (240_000, 120_000)
    assert first.why == f"awards.award:{award.pk}"
    assert promoting.free(envelope) == 0


def test_a_lapsed_offer_and_a_reduced_award_do_so_too() -> None:
    call = factories.make_call(cap=240_000)
    lapsing = factories.make_award(amount=100_000, call=call)
    running = make_running(amount=100_000, call=call)
    first = make_waiting(call)
    offering.expire(lapsing.decided_at + timedelta(days=31))
    factories.deliver()
    assert next_files() == [first]
    second = make_waiting(call)
    changing.reduce(
        running, amount=Decimal(100_000), reason="Half is enough.", actor=manager(),
        now=timezone.now(),
    )  # fmt: skip
    factories.deliver()
    assert next_files() == [first, second]


def test_an_open_proposal_counts_as_if_it_passed() -> None:
    call = factories.make_call(cap=200_000)
    proposal = factories.make_proposal(amount=100_000, call=call)
    file = make_waiting(call)
    offer_next(call.envelope)
    assert next_files() == []
    withdrawn = proposal.application
    lifecycle.withdraw(withdrawn, actor=withdrawn.author, now=timezone.now())
    hear()
    assert next_files() == [file]


def test_a_larger_file_is_passed_over_for_a_smaller_one_that_fits() -> None:
    call = factories.make_call(cap=110_000)
    larger = make_waiting(call, 5, 5)
    smaller = make_waiting(call, 2, 2)
    Application.objects.filter(pk=smaller.pk).update(requested=Decimal(110_000))
    factories.add_up()
    offer_next(call.envelope)
    assert next_files() == [smaller]
    assert fresh(larger).state == "waiting"


def test_the_fund_manager_proposes_who_is_next() -> None:
    _award, better, _worse, envelope = scene()
    offer_next(envelope)
    factories.make_proposal(fresh(better), amount=120_000)
    assert Promotion.objects.get().state == Promotion.State.PROPOSED
    assert promoting.free(envelope) == 80_000  # now as a proposal


def test_who_is_passed_over_stays_on_the_list_and_the_next_is_put_forward() -> None:
    _award, better, worse, envelope = scene()
    offer_next(envelope)
    promotion, actor, now = Promotion.objects.get(), manager(), timezone.now()
    with pytest.raises(proposing.ReasonMissing):
        promoting.pass_over(promotion, reason=" ", actor=actor, now=now)
    promoting.pass_over(promotion, reason="They look elsewhere.", actor=actor, now=now)
    assert next_files() == [worse]
    assert fresh(better).state == "waiting"
    with pytest.raises(promoting.NotNext):
        promoting.pass_over(promotion, reason="Again.", actor=actor, now=now)
    trail = AuditEntry.objects.get(act="waiting_list.passed")
    assert (trail.actor, trail.details["reason"]) == (actor, "They look elsewhere.")


@pytest.mark.parametrize("how", ["withdrawn", "rejected"])
def test_who_leaves_the_list_makes_room_for_the_next(how: str) -> None:
    _award, better, worse, envelope = scene()
    offer_next(envelope)
    assert next_files() == [better]
    now = timezone.now()
    if how == "withdrawn":
        lifecycle.withdraw(better, actor=better.author, now=now)
    else:
        deciding.reject(better, grounds="Others came first.", actor=manager(), now=now)
    hear()
    assert next_files() == [worse]
    assert Promotion.objects.get(application=better).state == Promotion.State.PASSED
    assert promoting.free(envelope) == 80_000


def test_a_file_of_another_envelope_is_not_next() -> None:
    call = factories.make_call()
    other = factories.make_call(envelope=factories.make_envelope(code="other"))
    waiting, _elsewhere = make_waiting(call), make_waiting(other)
    offer_next(call.envelope)
    assert next_files() == [waiting]


def test_who_fits_the_envelope_waits_for_the_part_of_its_track() -> None:
    call = factories.make_call(cap=500_000)
    for track, cap in ((Track.DIGITAL, 360_000), (Track.EHEALTH, 140_000)):
        open_part(call.envelope, track, cap)
    first, second, third = (make_waiting(call, mark, mark) for mark in (5, 4, 3))
    Application.objects.filter(pk__in=[first.pk, second.pk]).update(track=Track.EHEALTH)
    Application.objects.filter(pk=third.pk).update(track=Track.DIGITAL)
    factories.add_up()
    offer_next(call.envelope)
    assert next_files() == [first, third]
    assert [one.left for one in Promotion.objects.order_by("pk")] == [140_000, 360_000]
    assert promoting.free(call.envelope) == 260_000
    assert promoting.free(accounts.part_of(call.envelope, Track.EHEALTH)) == 20_000
