"""Proposals in versions: what a change makes void, what stays reserved, and the opinion."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.lifecycle import WrongState
from applications.models import Application
from applications.states import State
from brustart.accounts.access import sees, visible_to
from brustart.accounts.models import Role
from brustart.awards import attaching, deciding, proposing
from brustart.awards.models import Attachment, Instrument, Opinion, Proposal, Terms
from brustart.core.models import AuditEntry, Mail
from brustart.fund import deminimis
from brustart.fund.models import Aid
from scoring.review import conflicts
from tests import factories

from .making import fresh, headroom, manager, panel, paper, reading
from .test_binding import freeze

pytestmark = pytest.mark.django_db


def revise(proposal: Proposal, **changes: Any) -> Proposal:
    same = {"amount": proposal.amount, "reasons": proposal.reasons}
    same["read_hash"] = fresh(proposal).sha256
    return proposing.revise(
        proposal,
        **{**same, "instrument": Instrument.GRANT, "actor": manager(), **changes},
        now=timezone.now(),
    )


def opine(proposal: Proposal, result: str = "favourable", **changes: Any) -> Opinion:
    how = {"given_on": timezone.localdate(), "upload": paper("opinion.pdf"), "actor": manager()}
    how["read_hash"] = fresh(proposal).sha256
    with reading():
        return proposing.record_opinion(
            proposal, result=result, **{**how, **changes}, now=timezone.now()
        )


# --- proposing ------------------------------------------------------------------------------
def test_a_proposal_is_told_to_the_panel_but_not_to_the_startup() -> None:
    file = factories.make_reviewed()
    first, second, third = factories.panel_of(file.call)
    conflicts.recuse(file, reviewer=third, reason="A cousin.", now=timezone.now())
    proposal = proposing.propose(
        file, amount=Decimal(90_000), instrument=Instrument.LOAN, reasons=" Useful. ",
        conditions=" A plan. ", actor=manager(), now=timezone.now(),
    )  # fmt: skip
    assert (proposal.reasons, proposal.conditions) == ("Useful.", "A plan.")
    told = Mail.objects.filter(template="proposed").values_list("recipient", flat=True)
    assert set(told) == {first.pk, second.pk}
    assert "€90,000" in Mail.objects.filter(template="proposed")[0].body
    line = file.timeline.get(kind="proposed")
    assert not line.for_applicant
    assert AuditEntry.objects.get(act="proposal.made").details["amount"] == "90000"


@pytest.mark.parametrize("reasons", ["", "  \n "])
def test_nothing_is_proposed_without_reasons(reasons: str) -> None:
    file = factories.make_reviewed()
    with pytest.raises(proposing.ReasonMissing):
        proposing.propose(
            file, amount=Decimal(1), instrument=Instrument.GRANT, reasons=reasons,
            actor=manager(), now=timezone.now(),
        )  # fmt: skip
    assert not Proposal.objects.exists()
    assert fresh(file).state == State.REVIEWED


def test_a_file_has_one_open_proposal() -> None:
    proposal = factories.make_proposal()
    with pytest.raises(WrongState):
        factories.make_proposal(proposal.application)
    assert Proposal.objects.count() == 1
    assert Aid.objects.filter(kind=Aid.Kind.RESERVED).count() == 1


# --- proposing anew -------------------------------------------------------------------------
def test_a_change_voids_what_was_approved_and_keeps_it_in_sight() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, third = panel(proposal)
    factories.approve(proposal, first)
    changed = revise(proposal, amount=Decimal(80_000))
    assert changed.version == 2
    assert deciding.approvals(changed).count() == 0
    assert [vote.reviewer for vote in deciding.voided(changed)] == [first]
    assert [terms.content["amount"] for terms in Terms.objects.order_by("version")] == [
        "100000.00",
        "80000.00",
    ]
    assert factories.approve(changed, second) is None  # the first of two again
    award = factories.approve(changed, third)
    assert award is not None
    assert award.amount == 80_000


def test_who_approved_before_the_change_may_approve_what_it_says_now() -> None:
    proposal = factories.make_proposal()
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    changed = revise(proposal, reasons="Better reasons.")
    factories.approve(changed, first)
    assert factories.approve(changed, second) is not None


def test_a_void_approval_stays_void_when_the_change_is_taken_back() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, third = panel(proposal)
    factories.approve(proposal, first)
    again = revise(revise(proposal, amount=Decimal(80_000)), amount=Decimal(100_000))
    assert deciding.approvals(again).count() == 0
    assert factories.approve(again, second) is None
    assert deciding.why_not_vote(again, first) == ""
    assert factories.approve(again, third) is not None


def test_the_old_version_can_no_longer_be_approved() -> None:
    proposal = factories.make_proposal(amount=100_000)
    read = proposal.sha256
    revise(proposal, amount=Decimal(80_000))
    with pytest.raises(deciding.Changed, match="Read it again"):
        deciding.approve(
            proposal, actor=panel(proposal)[0], read_hash=read, now=timezone.now()
        )  # fmt: skip
    assert not proposal.votes.exists()


def test_what_lies_under_a_proposal_changed_so_it_is_proposed_anew() -> None:
    proposal = factories.make_proposal()
    first, second, third = panel(proposal)
    factories.approve(proposal, first)
    freeze(proposal)
    with pytest.raises(deciding.Changed, match="propose it anew"):
        factories.approve(fresh(proposal), second)
    again = revise(fresh(proposal))
    assert factories.approve(again, second) is None
    assert factories.approve(again, third) is not None


def test_nothing_different_is_not_proposed_anew() -> None:
    proposal = factories.make_proposal()
    factories.approve(proposal, panel(proposal)[0])
    with pytest.raises(proposing.Unchanged, match="still count"):
        revise(proposal)
    assert deciding.approvals(fresh(proposal)).count() == 1
    assert fresh(proposal).version == 1


def test_the_reservation_moves_with_the_amount() -> None:
    proposal = factories.make_proposal(amount=100_000)
    assert headroom(proposal.application) == 200_000
    changed = revise(proposal, amount=Decimal(60_000))
    assert headroom(proposal.application) == 240_000
    first, second, _third = panel(proposal)
    factories.approve(changed, first)
    factories.approve(changed, second)
    assert headroom(proposal.application) == 240_000
    assert not Aid.objects.filter(kind=Aid.Kind.RESERVED, released_at=None).exists()


def test_a_change_that_is_refused_changes_nothing() -> None:
    proposal = factories.make_proposal(amount=100_000)
    factories.approve(proposal, panel(proposal)[0])
    with pytest.raises(proposing.OverRequest, match="€120,000"):
        revise(proposal, amount=Decimal(120_001))
    number, today = proposal.application.enterprise_number, timezone.localdate()
    deminimis.declare(number, [(Decimal(190_000), today)], on=today, declaration="since")
    with pytest.raises(deminimis.OverCeiling) as refusal:
        revise(fresh(proposal), amount=Decimal(120_000))
    assert (refusal.value.headroom, refusal.value.asked) == (110_000, 120_000)
    assert "€110,000" in str(refusal.value)
    stored = fresh(proposal)
    assert (stored.version, stored.amount) == (1, 100_000)
    assert deciding.approvals(stored).count() == 1
    assert headroom(proposal.application) == 10_000


def test_a_decided_proposal_is_not_changed() -> None:
    award = factories.make_award()
    with pytest.raises(WrongState):
        revise(award.proposal, amount=Decimal(1))
    with pytest.raises(WrongState):
        proposing.take_back(award.proposal, reason="No.", actor=manager(), now=timezone.now())
    assert fresh(award.proposal).state == Proposal.State.APPROVED


def test_a_proposal_is_taken_back() -> None:
    proposal = factories.make_proposal()
    now, actor = timezone.now(), manager()
    with pytest.raises(proposing.ReasonMissing):
        proposing.take_back(proposal, reason=" ", actor=actor, now=now)
    proposing.take_back(proposal, reason="New facts.", actor=actor, now=now)
    assert fresh(proposal).state == Proposal.State.VOID
    assert headroom(proposal.application) == 300_000
    file = Application.objects.get()
    assert file.state == State.REVIEWED
    with pytest.raises(WrongState):
        factories.approve(proposal, panel(proposal)[0])
    with pytest.raises(WrongState):
        proposing.take_back(proposal, reason="Again.", actor=actor, now=now)
    factories.make_proposal(file, amount=50_000)


# --- the Finance Inspector's opinion --------------------------------------------------------
def test_an_opinion_is_kept_with_its_day_and_document() -> None:
    proposal = factories.make_proposal()
    yesterday = timezone.localdate() - timedelta(days=1)
    opinion = opine(proposal, given_on=yesterday)
    kept = Attachment.objects.get()
    assert (opinion.document, kept.internal, kept.name) == (kept, True, "opinion.pdf")
    assert (opinion.given_on, opinion.sha256) == (yesterday, proposal.sha256)
    assert proposing.opinion_on(proposal) == opinion


def test_an_opinion_needs_its_document_and_a_day_that_came() -> None:
    proposal = factories.make_proposal()
    with pytest.raises(attaching.NotAttached):
        opine(proposal, upload=None)
    with pytest.raises(attaching.NotScanned):
        opine(proposal, upload=SimpleUploadedFile("opinion.pdf", b"no document at all"))
    with pytest.raises(proposing.Refused, match="has not come"):
        opine(proposal, given_on=timezone.localdate() + timedelta(days=1))
    assert not Opinion.objects.exists()
    assert not Attachment.objects.exists()


def test_the_last_opinion_counts_and_only_of_what_the_proposal_says_now() -> None:
    proposal = factories.make_proposal()
    opine(proposal)
    last = opine(proposal, "unfavourable")
    assert proposing.opinion_on(proposal) == last
    changed = revise(proposal, reasons="Better reasons.")
    assert proposing.opinion_on(changed) is None
    assert changed.opinions.count() == 2


def test_an_opinion_on_what_was_read_before_is_not_one_on_what_stands_now() -> None:
    proposal = factories.make_proposal()
    read = proposal.sha256
    revise(proposal, amount=Decimal(80_000))
    with pytest.raises(proposing.Changed, match="put forward anew"):
        opine(proposal, read_hash=read)
    assert not proposal.opinions.exists()


def test_who_reads_an_opinion() -> None:
    proposal = factories.make_proposal()
    opinion = opine(proposal)
    file, (voter, conflicted, _third) = proposal.application, panel(proposal)
    conflicts.recuse(file, reviewer=conflicted, reason="A cousin.", now=timezone.now())
    auditor = factories.make_user(Role.AUDITOR)
    for reader, may in [
        (voter, True), (auditor, True), (manager(), True), (conflicted, False),
        (file.author, False), (factories.make_user(Role.REVIEWER), False),
        (factories.make_user(Role.ADMINISTRATOR), False),
    ]:  # fmt: skip
        for row in (opinion, opinion.document, proposal.terms.get()):
            assert sees(reader, row) is may, (reader.role, row)
            assert visible_to(reader, type(row)).filter(pk=row.pk).exists() is may
