"""Loading the demo through the real acts, with the clock set to when each would have happened.

The same every time: dates count from the day of loading, and every choice is in the TOML files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications import drafting, lifecycle, timeline
from applications.forms import SECTIONS
from applications.models import Application
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.awards.models import Proposal
from brustart.core import queue
from brustart.fund import accounts, ledger
from brustart.fund.models import Call, Envelope, Programme
from scoring.grid import Criterion
from scoring.review import assigning, reviewing
from scoring.review.models import Panelist
from scoring.screening import confirming

from . import content

CAP = Decimal(4_000_000)
SMOKE_CAP = Decimal(1_000_000_000)  # smoke runs, 25,000 EUR each, any number of times


def loaded() -> bool:
    return Envelope.objects.filter(code="brustart").exists()


Kinds = Mapping[str, tuple[type[queue.Work], Callable[[Any, datetime], None]]]


@dataclass
class Loading:
    """One loading: the day it counts from, and who and what exists so far."""

    today: datetime
    kinds: Kinds
    people: dict[str, User] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    files: dict[str, Application] = field(default_factory=dict)

    @property
    def manager(self) -> User:
        return self.people["manager_lorgnier"]

    def work_off(self, now: datetime, *names: str) -> None:
        """Do the queued work of these kinds, at that time, with the worker's own functions."""
        busy = True
        while busy:
            busy = False
            for model, act in (self.kinds[name] for name in names):
                due = model.objects.due(now).order_by("pk").values_list("pk", flat=True)
                for key in list(due):
                    done = queue.perform(model, key, act, worker="demo", clock=lambda: now)
                    assert done, f"{model.kind} {key} failed"
                    busy = True

    def at(self, told: dict[str, Any], *, days: float = 0, minutes: int = 0) -> datetime:
        """`days` and `minutes` after the file of that entry was handed in."""
        submitted = self.today - timedelta(days=told["days_before_now"]) + timedelta(hours=10)
        return submitted + timedelta(days=days, minutes=minutes)


@transaction.atomic
def load(now: datetime, kinds: Kinds) -> int:
    """Write the whole demo, or nothing. Returns the number of files.

    `kinds`: the worker's table of what to do with each kind of work.
    """
    midnight = datetime.combine(timezone.localdate(now), time(), timezone.get_current_timezone())
    loading = Loading(today=midnight, kinds=kinds)
    told = sorted(content.read("files")["file"], key=_order)
    _people(loading)
    _calls(loading)
    for stage in (_hand_in, _review, _decide):
        for entry in told:
            stage(loading, entry)
    _pay(loading, told)
    loading.work_off(midnight, "mail")
    return len(told)


def _order(told: dict[str, Any]) -> tuple[bool, int]:
    """By day; the file that the worker will screen after loading comes last."""
    return told["state"] == "submitted", -told.get("days_before_now", 3)


def _people(loading: Loading) -> None:
    for row in content.read("people")["person"]:
        user = User(
            email=row["email"],
            name=row["name"],
            language=row["language"],
            role=Role(row["role"]),
            about=row.get("about", ""),
            is_demo=True,
        )
        user.set_unusable_password()
        user.save()
        loading.people[row["key"]] = user


def _calls(loading: Loading) -> None:
    programme = Programme.objects.get(code="brustart")
    fund = _envelope(loading, programme, "brustart", "Brustart", CAP)
    smoke = _envelope(loading, programme, "smoke", "Smoke", SMOKE_CAP)
    titles = {
        "closed": ("Premier appel Brustart", "Eerste oproep Brustart", "First Brustart call"),
        "open": ("Deuxième appel Brustart", "Tweede oproep Brustart", "Second Brustart call"),
        "smoke": ("Appel d’essai", "Proefoproep", "Trial call"),
    }
    days = {"closed": (-210, -140), "open": (-25, 30), "smoke": (-25, 3650)}
    for key, (opens, closes) in days.items():
        call = Call.objects.create(
            envelope=smoke if key == "smoke" else fund,
            code={"closed": "brustart-1", "open": "brustart-2"}.get(key, "smoke"),
            title_fr=titles[key][0],
            title_nl=titles[key][1],
            title_en=titles[key][2],
            opens_at=loading.today + timedelta(days=opens, hours=9),
            closes_at=loading.today + timedelta(days=closes, hours=17),
            minimum=Decimal(25_000),
            maximum=Decimal(250_000),
            listed=key != "smoke",
        )
        loading.calls[key] = call
        for row in content.read("people")["person"]:
            if row["role"] == "reviewer":
                Panelist.objects.create(
                    call=call, reviewer=loading.people[row["key"]], approves=row["panel"]
                )


def _envelope(
    loading: Loading, programme: Programme, code: str, name: str, cap: Decimal
) -> Envelope:
    account = accounts.open_envelope_account()
    ledger.change_cap(
        account,
        cap,
        actor=loading.manager,
        now=loading.today - timedelta(days=240),
        reference="opening",
    )
    return Envelope.objects.create(
        programme=programme, code=code, name_fr=name, name_nl=name, name_en=name, account=account
    )


def _hand_in(loading: Loading, told: dict[str, Any]) -> None:
    """Draft, and submit unless it stays a draft; then the worker's own steps, here and now."""
    at = loading.at({"days_before_now": 3, **told})
    author = loading.people[told["applicant"]]
    application = lifecycle.begin(
        call=loading.calls[told["call"]],
        author=author,
        language=told["language"],
        now=at - timedelta(days=1),
    )
    loading.files[told["key"]] = application
    for key, form_class in SECTIONS.items():
        if key in told:
            form = form_class(content.answers(told[key], on=at.date()), draft=True)
            assert form.is_valid(), (told["key"], form.errors)
            drafting.save_section(application, form, begun_from=0, now=at - timedelta(hours=2))
    if told["state"] == "draft":
        return
    lifecycle.submit(application, actor=author, now=at)
    if told["state"] == "submitted":
        return
    loading.work_off(at + timedelta(minutes=1), "message", "screening")
    if told["state"] == "withdrawn":
        lifecycle.withdraw(application, actor=author, now=loading.at(told, days=1))
    elif told["state"] == "ineligible":
        confirming.confirm_ineligible(
            application,
            actor=loading.manager,
            reason=told["confirmation_note"],
            now=loading.at(told, days=1),
        )


def _review(loading: Loading, told: dict[str, Any]) -> None:
    """Assign the reviewers, and write what they wrote."""
    application = loading.files[told["key"]]
    reviews = told.get("review", [])
    for number, review in enumerate(reviews):
        assigning.assign(
            application,
            reviewer=loading.people[review["reviewer"]],
            actor=loading.manager,
            now=loading.at(told, days=1, minutes=number),
        )
    if conflict := told.get("conflict"):
        reviewer = loading.people[conflict["reviewer"]]
        at = loading.at(told, days=1, minutes=30)
        assigning.assign(application, reviewer=reviewer, actor=loading.manager, now=at)
        assigning.recuse(
            application,
            reviewer=reviewer,
            reason=conflict["reason"],
            now=at + timedelta(hours=1),
        )
    for number, review in enumerate(reviews, start=1):
        if "marks" in review:
            _mark(loading, told, review, at=loading.at(told, days=1 + number / 2))
    if reviews:
        loading.work_off(loading.at(told, days=3), "panel")


def _mark(loading: Loading, told: dict[str, Any], review: dict[str, Any], *, at: datetime) -> None:
    reviewer = loading.people[review["reviewer"]]
    row = reviewer.reviews.get(application=loading.files[told["key"]])
    marks = {
        Criterion(name): reviewing.Given(
            Decimal(value), content.reason(review, name, Decimal(value), reviewer.language)
        )
        for name, value in review["marks"].items()
    }
    reviewing.save(row, marks=marks, comment=review.get("comment", ""), now=at)
    if review.get("submitted", True):
        reviewing.hand_in(row, actor=reviewer, now=at + timedelta(minutes=30))


def _decide(loading: Loading, told: dict[str, Any]) -> None:
    """Proposals, votes, awards, rejections, and the waiting list."""
    application = loading.files[told["key"]]
    at = loading.at(told, days=4)
    if told["state"] in {"awarded", "proposed"} or "proposal_refused_by" in told:
        proposal = deciding.propose(
            application,
            amount=Decimal(told.get("award_amount") or told["proposal_amount"]),
            instrument=told["instrument"],
            reasons=told.get("reasons") or told["rejection_grounds"],
            actor=loading.manager,
            now=at,
        )
        _vote(loading, told, proposal, at=at)
    if told["state"] == "rejected":
        deciding.reject(
            application,
            grounds=told["rejection_grounds"],
            actor=loading.manager,
            now=at + timedelta(days=3),
        )
    elif told["state"] == "waiting":
        deciding.keep_waiting(application, actor=loading.manager, now=at)


def _vote(loading: Loading, told: dict[str, Any], proposal: Proposal, *, at: datetime) -> None:
    """An open proposal is one approval short, so that it is one click from being decided."""
    voters = [loading.people[key] for key in ("reviewer_demuynck", "reviewer_zawadzki")]
    if refuser := told.get("proposal_refused_by"):
        deciding.refuse(
            proposal,
            actor=loading.people[refuser],
            reason=told["refusal_reason"],
            now=at + timedelta(days=1),
        )
        return
    for number, voter in enumerate(voters if told["state"] == "awarded" else voters[:1], start=1):
        deciding.approve(
            proposal,
            actor=voter,
            read_hash=proposal.sha256,
            now=at + timedelta(days=number),
        )


def _pay(loading: Loading, told: list[dict[str, Any]]) -> None:
    """What was paid of awards, through each stage, in the order of the days."""
    stages = ((40, ledger.liquidate), (42, ledger.order), (45, ledger.pay))
    paid = [entry for entry in told if entry.get("paid")]
    dated = [(loading.at(entry, days=days), step, entry) for entry in paid for days, step in stages]
    for at, step, entry in sorted(dated, key=itemgetter(0)):
        application, amount = loading.files[entry["key"]], Decimal(entry["paid"])
        step(
            application.award.account,
            amount,
            actor=loading.people["manager_vandecapelle"],
            now=at,
            reference="first tranche",
        )
        if step is ledger.pay:
            timeline.write(application, "paid", now=at, amount=amount)
