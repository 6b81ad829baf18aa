"""No sequence of acts breaks an invariant (domain.md section 8)."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from brustart.fund import accounts, capping, ledger
from brustart.fund.models import Account
from brustart.fund.verifying import differences
from tests.factories import make_envelope
from tests.fund.changing import change_cap

from .machines import bounded

EUROS = st.decimals(min_value="0.01", max_value="400000", places=2)
STAGES = (ledger.liquidate, ledger.order, ledger.pay, ledger.recover)


class Ledger(RuleBasedStateMachine):
    """The real acts beside a model of plain sums; one transaction an example, rolled back."""

    awards = Bundle("awards")

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.number = 0
        self.cap = Decimal(1_000_000)
        self.model: dict[int, dict[str, Decimal]] = {}
        self.envelope = make_envelope(self.cap).account

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def how(self) -> dict:
        self.number += 1
        return {"actor": None, "now": timezone.now(), "reference": f"act {self.number}"}

    @property
    def committed(self) -> Decimal:
        return sum((sums["committed"] for sums in self.model.values()), Decimal(0))

    def attempt(self, act, account: Account, amount: Decimal, *, allowed: bool) -> bool:
        """The act passes exactly when the model allows it."""
        try:
            act(account, amount, **self.how())
        except (ledger.OverCap, ledger.OutOfOrder):
            assert not allowed
            return False
        assert allowed
        return True

    @rule(target=awards, asked=EUROS, share=st.sampled_from(["0.5", "1", "1.01"]))
    def award(self, asked: Decimal, share: str) -> Account:
        amount = max((asked * Decimal(share)).quantize(Decimal("0.01")), Decimal("0.01"))
        account = accounts.open_award_account(self.envelope, asked=asked)
        self.model[account.pk] = dict.fromkeys(
            ("committed", "liquidate", "order", "pay", "recover"), Decimal(0)
        )
        allowed = amount <= asked and self.committed + amount <= self.cap
        if self.attempt(ledger.commit, account, amount, allowed=allowed):
            self.model[account.pk]["committed"] = amount
        return account

    @rule(account=awards, amount=EUROS, stage=st.sampled_from(STAGES))
    def advance(self, account: Account, amount: Decimal, stage) -> None:
        sums = self.model[account.pk]
        names = ["committed", *(one.__name__ for one in STAGES)]
        name = stage.__name__
        room = sums[names[names.index(name) - 1]] - sums[name]
        if self.attempt(stage, account, amount, allowed=amount <= room):
            sums[name] += amount

    @rule(account=awards, amount=EUROS)
    def decommit(self, account: Account, amount: Decimal) -> None:
        sums = self.model[account.pk]
        allowed = amount <= sums["committed"] - sums["liquidate"]
        if self.attempt(ledger.decommit, account, amount, allowed=allowed):
            sums["committed"] -= amount

    @rule(by=EUROS, down=st.booleans())
    def change_cap(self, by: Decimal, down: bool) -> None:
        change = -by if down else by
        allowed = self.cap + change >= self.committed
        try:
            change_cap(self.envelope, change)
        except capping.BelowCommitted:
            assert not allowed
        else:
            assert allowed
            self.cap += change

    @invariant()
    def balances_are_the_model(self) -> None:
        self.envelope.refresh_from_db()
        assert (self.envelope.cap, self.envelope.committed) == (self.cap, self.committed)
        assert self.envelope.committed <= self.envelope.cap

    @invariant()
    def the_ledger_is_whole(self) -> None:
        assert list(differences()) == []


@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_an_invariant() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=bounded(examples=40, steps=20),
    )
