"""The meeting of the demo's panel on its first call, and scenarios of the call still to decide."""

from datetime import timedelta

from brustart.awards import meeting, packs, reading, scenarios
from brustart.awards.models import Method
from scoring.review.models import Panelist

from . import content
from .course import Loading

HELD = -144  # days from today


def meet(loading: Loading) -> None:
    """Once the files are ranked: a closed meeting with its pack, and two scenarios to compare."""
    call, said = loading.calls["closed"], content.read("spending")["meeting"]
    at = loading.today + timedelta(days=HELD, hours=10)
    held = meeting.hold(
        call, at=at, location=said["location"], scenario=None, actor=loading.manager,
        now=at - timedelta(days=7),
    )  # fmt: skip
    packs.ask(held, reader=None, language="fr", actor=loading.manager, now=loading.today)
    panel = Panelist.objects.filter(call=call, approves=True)
    held = meeting.keep(
        held, at=at, location=said["location"], minutes=said["minutes"],
        present=panel.values_list("reviewer", flat=True), actor=loading.manager,
        now=at + timedelta(hours=3),
    )  # fmt: skip
    meeting.close(held, actor=loading.manager, now=at + timedelta(hours=4))
    _scenarios(loading)


def _scenarios(loading: Loading) -> None:
    """By rank, and for the best total."""
    call, now = loading.calls["panel"], loading.today - timedelta(days=2)
    left = reading.left_in(call.envelope).left_if_all_pass
    for method in Method:
        settings = scenarios.Settings(method=method, amount=left)
        scenarios.keep_draft(call, settings, {}, actor=loading.manager, now=now)
        name = content.read("spending")["scenarios"][method]
        scenarios.save_as(call, name=name, actor=loading.manager, now=now)
