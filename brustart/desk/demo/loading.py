"""Loading the demo through the real acts, with the clock set to when each would have happened.

The same every time: dates count from the day of loading, and every choice is in the TOML files.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.fund import accounts, ledger
from brustart.fund.models import Call, Envelope, Programme
from scoring.review import rounds
from scoring.review.models import Panelist, Round

from . import content, meeting, spending, stages, talking
from .course import Kinds, Loading

CAP = Decimal(4_000_000)
INITIATIVES_CAP = Decimal(1_200_000)  # digital-brussels: experimental initiatives
CODES = {
    "closed": "brustart-1", "open": "brustart-2", "panel": "initiatives", "smoke": "smoke",
}  # fmt: skip
ROUNDS: dict[str, dict[str, Any]] = {  # days from today
    "closed": {"due": -150},
    "panel": {"due": -30, "discusses": True, "pitch": -12},
    "open": {"due": -2},
}
MANY = 30_000  # files a reviewer, in the call that smoke uses any number of times
SMOKE_CAP = Decimal(1_000_000_000)  # smoke runs, 25,000 EUR each, any number of times


def loaded() -> bool:
    return Envelope.objects.filter(code="brustart").exists()


@transaction.atomic
def load(now: datetime, kinds: Kinds) -> int:
    """Write the whole demo, or nothing. Returns the number of files.

    `kinds`: the worker's table of what to do with each kind of work.
    """
    midnight = datetime.combine(timezone.localdate(now), time(), timezone.get_current_timezone())
    loading = Loading(today=midnight, kinds=kinds)
    panel = content.read("panel")
    told = sorted([*content.read("files")["file"], *panel["file"]], key=_order)
    _people(loading)
    _calls(loading)
    earlier = [entry for entry in told if entry["call"] == "closed"]
    later = [entry for entry in told if entry["call"] != "closed"]
    for stage in (stages.hand_in, stages.assess, talking.talk):
        for entry in told:
            stage(loading, entry)
    loading.work_off(midnight, "panel")  # each call is ranked once
    for entry in earlier:
        stages.decide(loading, entry)
    spending.spend(loading, earlier)
    # Money came back: who is next. Nothing else, which the worker is still to do.
    loading.work_off(midnight - timedelta(days=30), "message", topic="money.released")
    for entry in later:
        stages.decide(loading, entry)
    for entry in told:
        stages.speak(loading, entry)
    loading.work_off(midnight, "panel", "mail")
    meeting.meet(loading)
    return len(told)


def _order(told: dict[str, Any]) -> tuple[bool, int]:
    """By day; the file that the worker will screen after loading comes last."""
    waits = told["state"] == "submitted" and "failed_step" not in told
    return waits, -told.get("days_before_now", 3)


def _people(loading: Loading) -> None:
    for row in [*content.read("people")["person"], *content.read("panel")["person"]]:
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
    others = Programme.objects.get(code="experimental-initiatives")
    initiatives = _envelope(loading, others, "initiatives", "Initiatives", INITIATIVES_CAP)
    smoke = _envelope(loading, programme, "smoke", "Smoke", SMOKE_CAP)
    titles = {
        "closed": ("Premier appel Brustart", "Eerste oproep Brustart", "First Brustart call"),
        "open": ("Deuxième appel Brustart", "Tweede oproep Brustart", "Second Brustart call"),
        "panel": (
            "Appel aux initiatives expérimentales",
            "Oproep voor experimentele initiatieven",
            "Call for experimental initiatives",
        ),
        "smoke": ("Appel d’essai", "Proefoproep", "Trial call"),
    }
    days = {"closed": (-210, -140), "panel": (-95, -48), "open": (-25, 30), "smoke": (-25, 3650)}
    for key, (opens, closes) in days.items():
        call = Call.objects.create(
            envelope={"smoke": smoke, "panel": initiatives}.get(key, fund),
            code=CODES[key],
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
        _round(loading, call, ROUNDS.get(key))
        for row in content.read("people")["person"]:
            if row["role"] == "reviewer":
                Panelist.objects.create(
                    call=call,
                    reviewer=loading.people[row["key"]],
                    approves=row["panel"],
                    languages=row["languages"],
                    topics=row["topics"],
                    capacity=MANY if key == "smoke" else row["capacity"],
                    enterprises=row.get("enterprises", []),
                )


def _round(loading: Loading, call: Call, told: dict[str, Any] | None) -> None:
    if told is None:
        return

    def day(key: str) -> Any:
        return (loading.today + timedelta(days=told[key])).date() if key in told else None

    round = Round(
        call=call, due_on=day("due"), pitch_on=day("pitch"), discusses=told.get("discusses", False)
    )
    rounds.change(round, actor=loading.manager, now=loading.today - timedelta(days=230))


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
