"""What became of the awards of the demo: accepted, claimed, paid, late, given back, through the
real acts in the order of their days."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from stdnum import iban as ibans

from applications.models import Application
from brustart.accounts.models import User
from brustart.awards import banking, changing, claiming, closing, offering, paying
from brustart.awards.models import Award, Batch, Claim
from brustart.fund import registering
from brustart.fund.models import RegisterEntry

from . import content, printing
from .course import Loading

Event = tuple[datetime, Callable[[datetime], Any]]
DECIDED = 6  # days from handing in to the award
PAY_RUNS = range(-130, -4, 21)  # days from today on which a payment file is made
LAST_RUN = -2  # and one that nobody has confirmed yet


def spend(loading: Loading, told: list[dict[str, Any]]) -> None:
    """Everything after the decisions, up to today."""
    awarded = [entry for entry in told if entry["state"] == "awarded"]
    events = [one for entry in awarded for one in Story(loading, entry).events()]
    events += _pay_runs(loading)
    for at, act in sorted(events, key=lambda event: event[0]):
        act(at)
    _register(loading, {entry["key"] for entry in awarded if entry.get("not_registered")})


class Story:
    """One award: what its startup and the fund did, and when."""

    def __init__(self, loading: Loading, told: dict[str, Any]) -> None:
        self.loading, self.told = loading, told
        self.words = content.read("spending")[told["language"]]

    @property
    def award(self) -> Award:
        return Award.objects.get(application=self.loading.files[self.told["key"]])

    @property
    def application(self) -> Application:
        return self.award.application

    @property
    def owner(self) -> User:
        author = self.application.author
        assert author
        return author

    def events(self) -> Iterator[Event]:
        """Accepted and given an account; then as many tranches as the entry says."""
        yield self._after(10), lambda now: offering.accept(self.award, actor=self.owner, now=now)
        yield self._after(12), self._give_account
        yield self._after(14), self._confirm_account
        for place in range(self.told.get("tranches_paid", 0)):
            yield from self._claimed(place, self._after(20 + 35 * place))
        if self.told.get("tranches_paid", 0) == 3:
            yield self._after(110), self._report
            yield (
                self._after(118),
                lambda now: closing.close(self.award, actor=self._manager("lorgnier"), now=now),
            )
        yield from self._now()

    def _now(self) -> Iterator[Event]:
        """What is under way today: `claimed` (stage, days ago), money given back, and so on."""
        if claimed := self.told.get("claimed"):
            place = self.told.get("tranches_paid", 0)
            yield from self._claimed(place, self._ago(claimed["days_ago"]), to=claimed["stage"])
        if back := self.told.get("given_back"):
            yield self._ago(40), lambda now: changing.reduce(
                self.award, amount=Decimal(back["amount"]), reason=back["reason"],
                actor=self._manager("lorgnier"), now=now,
            )  # fmt: skip
        if reason := self.told.get("suspended"):
            yield (
                self._ago(12),
                lambda now: changing.suspend(
                    self.award, reason=reason, actor=self._manager("lorgnier"), now=now
                ),
            )
        if self.told.get("other_account"):
            yield self._ago(1), self._give_account
        if asked := self.told.get("asked_back"):
            yield self._ago(6), lambda now: closing.ask_back(
                self.award, amount=Decimal(asked["amount"]), reason=asked["reason"],
                due_on=timezone.localdate(now) + timedelta(days=30),
                actor=self._manager("lorgnier"), now=now,
            )  # fmt: skip

    def _claimed(self, place: int, at: datetime, *, to: str = "ordered") -> Iterator[Event]:
        """One tranche from its claim to the stage `to`."""
        yield at, partial(self._claim, place)
        if to in {"verified", "ordered"}:
            yield (
                at + timedelta(days=4),
                lambda now: claiming.verify(
                    self._last_claim(),
                    actor=self._manager("lorgnier"),
                    now=now,
                    conditions_met=True,
                ),
            )
        if to == "ordered":
            yield (
                at + timedelta(days=6),
                lambda now: claiming.order(
                    self._last_claim(), actor=self._manager("vandecapelle"), now=now
                ),
            )

    def _claim(self, place: int, now: datetime) -> None:
        tranche = self.award.tranches.all()[place]
        claiming.claim(
            tranche, words=self.words["claim"], uploads=[self._document(now)], actor=self.owner,
            now=now,
        )  # fmt: skip

    def _last_claim(self) -> Claim:
        return Claim.objects.filter(tranche__award=self.award).latest("pk")

    def _report(self, now: datetime) -> None:
        closing.report(
            self.award, words=self.words["report"], uploads=[self._document(now)],
            actor=self.owner, now=now,
        )  # fmt: skip

    def _document(self, now: datetime) -> SimpleUploadedFile:
        page = printing.Page(self.words["heading"], [printing.Text(self.words["claim"])])
        startup = str(self.application.startup)
        title, line = self.words["title"], date_format(now, "DATE_FORMAT")
        told = printing.Printed(self.told["language"], startup, title, line, [page])
        return SimpleUploadedFile(f"{title}.pdf", printing.pdf(told, at=now))

    def _give_account(self, now: datetime) -> None:
        number = self.application.pk * 1_000 + self.award.bank_accounts.count()
        banking.give(
            self.award, iban=made_up_iban(number), holder=str(self.application.startup),
            actor=self.owner, now=now,
        )  # fmt: skip

    def _confirm_account(self, now: datetime) -> None:
        account = banking.waiting(self.award)
        assert account
        banking.confirm(
            account, how=self.words["checked"], actor=self._manager("vandecapelle"), now=now
        )

    def _manager(self, name: str) -> User:
        return self.loading.people[f"manager_{name}"]

    def _after(self, days: float) -> datetime:
        return self.loading.at(self.told, days=DECIDED + days)

    def _ago(self, days: float) -> datetime:
        return self.loading.today - timedelta(days=days) + timedelta(hours=11)


def _pay_runs(loading: Loading) -> Iterator[Event]:
    """A payment file now and then, confirmed three days later by somebody else."""
    maker, looker = (loading.people[f"manager_{name}"] for name in ("vandecapelle", "benchekroun"))

    def pay(now: datetime) -> None:
        if claims := [one.pk for one in paying.to_pay()]:
            day = timezone.localdate(now) + timedelta(days=1)
            paying.make(claims, execute_on=day, actor=maker, now=now)

    def look(now: datetime) -> None:
        for batch in Batch.objects.filter(state=Batch.State.MADE):
            paying.confirm(batch, returned=(), actor=looker, now=now)

    for day in (*PAY_RUNS, LAST_RUN):
        at = loading.today + timedelta(days=day, hours=14)
        yield at, pay
        if day != LAST_RUN:
            yield at + timedelta(days=3), look


def _register(loading: Loading, late: set[str]) -> None:
    """Each grant in the register ten days after it, but for the late ones."""
    by = loading.people["manager_vandecapelle"]
    for entry in RegisterEntry.objects.select_related("aid").order_by("pk"):
        award = Award.objects.get(account__entries__reference=entry.aid.reference)
        if award.application.pk not in {loading.files[key].pk for key in late}:
            registering.enter(
                entry, reference=f"DM-{entry.pk:06d}", actor=by,
                now=award.decided_at + timedelta(days=10),
            )  # fmt: skip


def made_up_iban(number: int) -> str:
    """A Belgian account number whose check digits hold; it belongs to nobody that we know."""
    body = f"096{number % 10**7:07d}"
    account = body + f"{int(body) % 97 or 97:02d}"
    return f"BE{ibans.calc_check_digits('BE00' + account)}{account}"
