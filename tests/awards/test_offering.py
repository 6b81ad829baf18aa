"""An award as an offer: its tranches and letters, accepted, declined, lapsed."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications.models import Membership, Part
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards import offering
from brustart.awards.attaching import NotScanned
from brustart.awards.models import Award, Letter
from brustart.core.models import AuditEntry, Mail, Message
from brustart.fund.models import Entry
from brustart.fund.verifying import differences
from tests import factories

from .making import balances, envelope_of, fresh, headroom, manager, owner, paper, reading

pytestmark = pytest.mark.django_db


def days_later(award: Award, days: int) -> datetime:
    return award.decided_at + timedelta(days=days)


def member(award: Award, part: Part) -> User:
    user = factories.make_user()
    Membership.objects.create(startup=award.application.startup, user=user, part=part)
    return user


# --- what an offer is -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "tranches"),
    [
        ("100000.00", ["50000.00", "30000.00", "20000.00"]),
        ("33333.33", ["16666.00", "9999.00", "6668.33"]),
        ("1.00", ["1.00"]),  # half a euro is no tranche
        ("0.02", ["0.02"]),
    ],
)
def test_tranches_are_the_award_to_the_cent(amount: str, tranches: list[str]) -> None:
    award = factories.make_award(amount=Decimal(amount))
    rows = list(award.tranches.all())
    assert [str(one.amount) for one in rows] == tranches
    assert sum(one.amount for one in rows) == award.amount == balances(award).committed
    assert [one.position for one in rows] == sorted({one.position for one in rows})


def test_letters_are_in_the_language_of_the_file_with_an_english_copy() -> None:
    award = factories.make_award(factories.make_reviewed(language="fr"))
    made = Letter.objects.values_list("name", "language", "courtesy")
    theirs = {(name, "fr", False) for name in Letter.Name}
    assert set(made) == theirs | {(Letter.Name.AWARD, "en", True)}
    with translation.override("fr"):
        assert award.tranches.get(position=1).milestone == _("Agreement accepted, work begun")


def test_an_english_letter_has_no_copy() -> None:
    factories.make_award()
    assert set(Letter.objects.values_list("language", "courtesy")) == {("en", False)}
    assert Letter.objects.count() == len(Letter.Name)


# --- accepting ------------------------------------------------------------------------------
def test_an_owner_accepts_online_and_a_second_click_finds_it_accepted() -> None:
    award, now = factories.make_award(), timezone.now()
    for _click in range(2):
        award = offering.accept(award, actor=owner(award), now=now)
    stored = fresh(award)
    assert (stored.state, stored.accepted_at) == (Award.State.RUNNING, now)
    assert (stored.accepted_by, stored.agreement) == (owner(award), None)
    trail = AuditEntry.objects.get(act="award.accepted")
    assert trail.details["sha256"] == award.proposal.sha256
    assert stored.application.timeline.filter(kind="agreement_accepted").count() == 1


def test_the_agreement_may_come_signed_on_paper() -> None:
    award = factories.make_award()
    with pytest.raises(NotScanned):
        offering.accept(
            award, actor=owner(award), now=timezone.now(),
            upload=SimpleUploadedFile("signed.pdf", b"nothing"),
        )  # fmt: skip
    assert fresh(award).state == Award.State.OFFERED
    with reading():
        offering.accept(award, actor=owner(award), now=timezone.now(), upload=paper("signed.pdf"))
    agreement = fresh(award).agreement
    assert (agreement.name, agreement.internal) == ("signed.pdf", False)


@pytest.mark.parametrize("act", [offering.accept, offering.decline])
@pytest.mark.parametrize(
    "who", [*(part for part in Part if part != Part.OWNER), "manager", "other"]
)
def test_only_an_owner_answers(act, who: str) -> None:
    award = factories.make_award()
    if who in Part.values:
        actor = member(award, Part(who))
    else:
        actor = manager() if who == "manager" else factories.make_user()
    with pytest.raises(offering.NotTheirs):
        act(award, actor=actor, now=timezone.now())
    assert fresh(award).state == Award.State.OFFERED


def test_the_fund_answers_for_a_file_on_paper() -> None:
    award = factories.make_award()
    file = award.application
    type(file).objects.filter(pk=file.pk).update(paper_received_on=timezone.localdate())
    actor = manager()
    with pytest.raises(offering.NotTheirs):
        offering.accept(award, actor=factories.make_user(Role.REVIEWER), now=timezone.now())
    with reading():
        offering.accept(award, actor=actor, now=timezone.now(), upload=paper())
    assert fresh(award).accepted_by == actor


def test_an_offer_holds_until_the_end_of_its_last_day() -> None:
    award = factories.make_award()
    assert timezone.localdate(days_later(award, 30)) == award.offer_until
    with pytest.raises(offering.NotOffered, match="has passed"):
        offering.accept(award, actor=owner(award), now=days_later(award, 31))
    with pytest.raises(offering.NotOffered, match="has passed"):
        offering.decline(award, actor=owner(award), now=days_later(award, 31))
    assert offering.expire(days_later(award, 30)) == 0
    offering.accept(award, actor=owner(award), now=days_later(award, 30))
    assert fresh(award).state == Award.State.RUNNING


# --- declining and lapsing ------------------------------------------------------------------
def _nothing_is_left_of(award: Award, state: Award.State) -> None:
    stored = fresh(award)
    assert (stored.state, stored.application.state) == (state, State.LAPSED)
    assert stored.ended_at is not None
    assert tuple(balances(award)) == (0, 0, 0, 0, 0)
    assert (envelope_of(award).committed, envelope_of(award).decommitted) == (0, 100_000)
    assert headroom(award.application) == 300_000
    assert Entry.objects.filter(kind=Entry.Kind.DECOMMIT).count() == 1
    assert Message.objects.filter(topic="money.released").count() == 1
    assert list(differences()) == []


def test_a_declined_offer_gives_everything_back() -> None:
    award = factories.make_award(amount=100_000)
    assert headroom(award.application) == 200_000
    offering.decline(award, actor=owner(award), now=timezone.now(), reason="Other money.")
    for act in (offering.accept, offering.decline):
        with pytest.raises(offering.NotOffered, match="answered already"):
            act(award, actor=owner(award), now=timezone.now())
    assert offering.expire(days_later(award, 60)) == 0
    _nothing_is_left_of(award, Award.State.DECLINED)
    line = award.application.timeline.get(kind="award_declined")
    assert line.details["reason"] == "Other money."


def test_an_offer_that_nobody_answers_lapses_once() -> None:
    award = factories.make_award(amount=100_000)
    assert [offering.expire(days_later(award, 31)) for _beat in range(2)] == [1, 0]
    _nothing_is_left_of(award, Award.State.EXPIRED)
    assert Mail.objects.get(template="award_expired").recipient == owner(award)


def test_what_was_accepted_does_not_lapse() -> None:
    award = factories.make_award()
    offering.accept(award, actor=owner(award), now=timezone.now())
    assert offering.expire(days_later(award, 365)) == 0
    with pytest.raises(offering.NotOffered):
        offering.decline(award, actor=owner(award), now=timezone.now())
    assert fresh(award).state == Award.State.RUNNING


@pytest.mark.parametrize("state", ["running", "suspended", "closed"])
def test_the_database_keeps_an_award_from_running_unaccepted(state: str) -> None:
    award = factories.make_award()
    with pytest.raises(IntegrityError, match="award_runs_once_accepted"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(state=state)
