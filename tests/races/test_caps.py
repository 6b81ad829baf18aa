"""Caps asked for, confirmed and committed against at the same instant."""

from contextlib import suppress
from decimal import Decimal
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import transaction
from django.utils import timezone

from applications.models import Track
from brustart.accounts.models import Role, User
from brustart.core.errors import Refused
from brustart.fund import accounts, capping, ledger
from brustart.fund.models import CapAnswer, CapChange, Entry, Envelope, EnvelopePart
from brustart.fund.verifying import differences
from tests.factories import make_envelope, make_user
from tests.fund.changing import open_part

from .together import at_once

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.xdist_group("races")]
NOW = timezone.now()


@pytest.fixture
def envelope(committed_db: object) -> Envelope:
    make_envelope(1_000_000)
    return Envelope.objects.select_related("account").get()


@pytest.fixture
def managers(committed_db: object) -> list[User]:
    return [make_user(Role.FUND_MANAGER) for _number in range(8)]


def ask(held: Envelope | EnvelopePart, cap: int, actor: User) -> CapChange:
    return capping.ask(held, Decimal(cap), reason="A race.", actor=actor, now=NOW)


def confirm(change: CapChange, actor: User) -> Entry:
    return capping.confirm(change, actor=actor, now=NOW)


def test_a_change_that_all_confirm_at_once_moves_the_cap_once(
    envelope: Envelope, managers: list[User]
) -> None:
    asked = ask(envelope, 1_250_000, managers[0])
    answers = at_once([lambda one=one: confirm(asked, one) for one in managers[1:]])
    assert sum(isinstance(answer, Entry) for answer in answers) == 1
    assert sum(isinstance(answer, capping.CannotChange) for answer in answers) == 6
    envelope.account.refresh_from_db()
    assert envelope.account.cap == 1_250_000
    assert list(differences()) == []


def test_a_change_is_confirmed_or_refused(envelope: Envelope, managers: list[User]) -> None:
    asked = ask(envelope, 1_250_000, managers[0])
    refuse = {"reason": "No.", "now": NOW}
    at_once(
        [lambda one=one: confirm(asked, one) for one in managers[1:4]]
        + [lambda one=one: capping.refuse(asked, actor=one, **refuse) for one in managers[4:]]
        + [lambda: capping.take_back(asked, actor=managers[0], now=NOW)]
    )
    envelope.account.refresh_from_db()
    moved = CapAnswer.objects.get().accepted
    assert envelope.account.cap == (1_250_000 if moved else 1_000_000)


def test_of_all_who_ask_at_once_one_waits(envelope: Envelope, managers: list[User]) -> None:
    part = accounts.part_of(envelope, Track.EHEALTH)
    answers = at_once([lambda one=one: ask(part, 100_000, one) for one in managers])
    assert sum(isinstance(answer, CapChange) for answer in answers) == 1
    assert sum(isinstance(answer, capping.CannotChange) for answer in answers) == 7
    assert EnvelopePart.objects.count() == 1


def test_parts_that_fit_alone_and_not_together_are_not_both_opened(
    envelope: Envelope, managers: list[User]
) -> None:
    asked = [ask(accounts.part_of(envelope, one), 600_000, managers[0]) for one in Track]
    asked.append(ask(envelope, 500_000, managers[0]))
    meeting = Barrier(len(asked))

    def act(change: CapChange) -> Entry:
        with transaction.atomic():
            entry = confirm(change, managers[1])
            with suppress(BrokenBarrierError):  # the others wait for this one's commit
                meeting.wait(timeout=0.5)
            return entry

    answers = at_once([lambda one=one: act(one) for one in asked])
    assert sorted(type(answer).__name__ for answer in answers) == ["BeyondEnvelope"] * 2 + ["Entry"]
    envelope.account.refresh_from_db()
    assert accounts.caps_of_parts(envelope) <= envelope.account.cap
    assert list(differences()) == []


def test_what_is_committed_while_a_part_is_opened_counts_in_it(
    envelope: Envelope, managers: list[User]
) -> None:
    asked = ask(accounts.part_of(envelope, Track.EHEALTH), 500_000, managers[0])

    def commit(number: int) -> Entry:
        account = accounts.open_award_account(
            envelope.account, asked=Decimal(100_000), track=Track.EHEALTH
        )
        how = {"actor": None, "now": NOW, "reference": f"award {number}"}
        return ledger.commit(account, Decimal(100_000), **how)

    commits = [lambda number=number: commit(number) for number in range(8)]
    at_once([*commits[:4], lambda: confirm(asked, managers[1]), *commits[4:]])

    part = accounts.part_of(envelope, Track.EHEALTH)
    committed = accounts.committed_in(part)
    if part.is_open:
        assert part.account.committed == committed <= part.account.cap
    else:
        assert committed > 500_000  # they came first, and the part was refused
    assert list(differences()) == []


def test_caps_of_parts_move_while_money_is_committed(
    envelope: Envelope, managers: list[User]
) -> None:
    """Both take the envelope's lock first: the database breaks none of them off."""
    parts = [open_part(envelope, one, 300_000) for one in Track]
    asked = [ask(part, 400_000, managers[0]) for part in parts]
    held = [
        accounts.open_award_account(envelope.account, asked=Decimal(10_000), track=part.track)
        for part in parts * 8
    ]
    how = {"actor": None, "now": NOW, "reference": "award"}
    answers = at_once(
        [lambda one=one: ledger.commit(one, Decimal(10_000), **how) for one in held]
        + [lambda one=one: confirm(one, managers[1]) for one in asked]
    )
    assert not [answer for answer in answers if isinstance(answer, Refused)]
    assert [accounts.part_of(envelope, one).account.committed for one in Track] == [80_000] * 2
    assert list(differences()) == []
