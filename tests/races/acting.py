"""What one person of the crowd does next: an act drawn by chance, on something that was there."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .browsing import Attempt, Browser

STEPS = (-200_000, -100_000, -50_000, 50_000, 100_000)  # EUR; the cap stays near what is committed
IBAN = "BE71096123456769"


@dataclass
class Board:
    """What there was to do when somebody last looked, so often something that is gone by now."""

    proposals: list[tuple[int, int]] = field(default_factory=list)  # file, proposal
    reviewed: list[int] = field(default_factory=list)  # files without a proposal
    offers: list[tuple[int, int]] = field(default_factory=list)  # file, owner
    running: list[int] = field(default_factory=list)  # files
    tranches: list[tuple[int, int]] = field(default_factory=list)  # tranche, owner
    to_verify: list[int] = field(default_factory=list)  # claims
    to_order: list[int] = field(default_factory=list)
    to_pay: list[int] = field(default_factory=list)
    batches: list[tuple[int, int, list[int]]] = field(default_factory=list)  # who made it, claims
    accountless: list[tuple[int, int]] = field(default_factory=list)  # file, owner
    accounts: list[int] = field(default_factory=list)  # to be confirmed
    cap: int = 0
    change: int | None = None  # of the cap, waiting for its second person
    today: str = ""


@dataclass
class Client:
    """A person at a browser who draws one act after the other, always in the same order for a
    seed; whether it can be done, the others decide."""

    browser: Browser
    board: Board
    chance: random.Random
    acts: Mapping[str, int]  # a method of this class, and how often beside the others
    number: int
    sent: int = 0

    @property
    def me(self) -> int:
        return self.browser.person.pk

    def word(self) -> str:
        """A reason that nobody else gives, by which its row is known."""
        self.sent += 1
        return f"crowd {self.number}.{self.sent}"

    def draw(self) -> Attempt | None:
        """The next form to send; nothing when there is nothing of that kind to do."""
        (name,) = self.chance.choices(list(self.acts), list(self.acts.values()))
        attempt: Attempt | None = getattr(self, name)()
        return attempt

    def _any(self, rows: list[Any]) -> Any:
        """One of the first few, so that many have the same."""
        return self.chance.choice(rows[:8]) if rows else None

    # --- the panel ---------------------------------------------------------------------------
    def approve(self) -> Attempt | None:
        if not (found := self._any(self.board.proposals)):
            return None
        path = f"/en/files/{found[0]}/decide/"
        read = self.browser.read(path).get("read_hash")
        if read is None:  # decided, or this person has voted on it
            return None
        key = (found[1], self.me, read)
        return Attempt("approve", key, path, {"act": "approve", "read_hash": read})

    def refuse(self) -> Attempt | None:
        if not (found := self._any(self.board.proposals)):
            return None
        why = self.word()
        path, fields = f"/en/files/{found[0]}/decide/", {"act": "refuse", "reason": why}
        return Attempt("refuse", (found[1], self.me, why), path, fields)

    # --- the fund ----------------------------------------------------------------------------
    def propose(self) -> Attempt | None:
        if not (file := self._any(self.board.reviewed)):
            return None
        why = self.word()
        fields = {"amount": "100000", "instrument": "grant", "reasons": why}
        return Attempt("propose", (file, self.me, why), f"/en/files/{file}/propose/", fields)

    def reduce(self) -> Attempt | None:
        if not (file := self._any(self.board.running)):
            return None
        why, amount = self.word(), self.chance.choice((500, 2_000, 60_000))
        path, fields = f"/en/files/{file}/award/reduce/", {"amount": str(amount), "reason": why}
        return Attempt("reduce", (file, self.me, why), path, fields)

    def ask_cap(self) -> Attempt:
        why, cap = self.word(), self.board.cap + self.chance.choice(STEPS)
        fields = {"act": "ask", "cap": str(cap), "reason": why}
        return Attempt("ask_cap", (self.me, why, cap), "/en/envelopes/brustart/cap/", fields)

    def answer_cap(self) -> Attempt | None:
        if (change := self.board.change) is None:
            return None
        act = self.chance.choice(("confirm", "confirm", "confirm", "refuse", "take_back"))
        fields = {"act": act, "change": change, "no-reason": "Not now."}
        key = (change, self.me, act == "confirm")
        return Attempt("answer_cap", key, "/en/envelopes/brustart/cap/", fields)

    def verify(self) -> Attempt | None:
        if not (claim := self._any(self.board.to_verify)):
            return None
        fields = {"act": "verify", "conditions_met": "on"}
        return Attempt("verify", (claim, self.me), f"/en/claims/{claim}/", fields)

    def order(self) -> Attempt | None:
        if not (claim := self._any(self.board.to_order)):
            return None
        return Attempt("order", (claim, self.me), f"/en/claims/{claim}/", {"act": "order"})

    def confirm_account(self) -> Attempt | None:
        if not (account := self._any(self.board.accounts)):
            return None
        why = self.word()
        key, fields = (account, self.me, why), {"words": why}
        return Attempt("confirm_account", key, f"/en/accounts/{account}/", fields)

    def make_batch(self) -> Attempt | None:
        if not (claims := self.board.to_pay):
            return None
        chosen = self.chance.sample(claims, self.chance.randint(1, len(claims)))
        fields = {"claims": chosen, "execute_on": self.board.today}
        return Attempt("make_batch", (self.me,), "/en/payments/", fields)

    def answer_batch(self) -> Attempt | None:
        if not (found := self._any(self.board.batches)):
            return None
        batch, _maker, claims = found
        path = f"/en/payments/{batch}/answer/"
        if self.chance.random() < 0.2:
            return Attempt("cancel_batch", (batch,), path, {"act": "cancel"})
        back = [one for one in claims if self.chance.random() < 0.2]
        fields = {"act": "confirm", "returned": back}
        return Attempt("confirm_batch", (batch, self.me), path, fields)

    # --- startups ----------------------------------------------------------------------------
    def accept(self) -> Attempt | None:
        if not (file := self._own(self.board.offers)):
            return None
        return Attempt("accept", (file,), f"/en/files/{file}/award/accept/", {"agrees": "on"})

    def decline(self) -> Attempt | None:
        if not (file := self._own(self.board.offers)):
            return None
        return Attempt("decline", (file,), f"/en/files/{file}/award/decline/", {"reason": ""})

    def give_account(self) -> Attempt | None:
        if not (file := self._own(self.board.accountless)):
            return None
        holder, path = self.word(), f"/en/files/{file}/award/account/"
        fields = {"iban": IBAN, "holder": holder}
        return Attempt("give_account", (file, self.me, holder), path, fields)

    def claim(self) -> Attempt | None:
        from tests.applications.bad_files import pdf

        if not (tranche := self._own(self.board.tranches)):
            return None
        words, path = self.word(), f"/en/tranches/{tranche}/claim/"
        return Attempt("claim", (tranche, self.me, words), path, {"words": words}, pdf(words))

    def _own(self, rows: list[tuple[int, int]]) -> Any:
        return self._any([row for row, owner in rows if owner == self.me])


REVIEWER = {"approve": 12, "refuse": 1}
MANAGER = {"reduce": 3, "ask_cap": 2, "answer_cap": 3, "verify": 3, "order": 3, "make_batch": 2}
MANAGER |= {"answer_batch": 3, "propose": 2, "confirm_account": 2}
OWNER = {"accept": 2, "decline": 4, "give_account": 2, "claim": 2}
