"""A clock an hour wrong, then set right: nothing waits for that hour to pass."""

from datetime import timedelta
from pathlib import Path

import pytest

from brustart import children
from tests.faults import watching
from tests.faults.post_office import AFTER, post_office
from tests.faults.watching import ask, shell
from tests.live import Portal, Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
FILES = 3  # handed in at the right time, and as many at the wrong one

WRONG_CLOCK = """
import os
from datetime import timedelta
from django.utils import timezone

right = timezone.now
timezone.now = lambda: right() + timedelta(hours=int(os.environ["WRONG_BY_HOURS"]))
"""
HAND_IN = f"""
from tests.factories import make_call, make_submitted, make_user
call = make_call()
make_submitted(call, make_user(email="{AFTER}"))
for _file in range({FILES - 1}):
    make_submitted(call)
"""
RUNNING = "SELECT lease_until - now() FROM {} WHERE state = 'running'"
AN_HOUR = timedelta(minutes=55)  # or more


@pytest.mark.parametrize("hours", [1, -1])
def test_work_goes_on_when_the_clock_is_set_right(
    live_portal: Starter, tmp_path: Path, hours: int
) -> None:
    """A worker of the wrong time took a step and a mail and was killed; then files came in."""
    (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK)  # before anything looks at the clock
    wrong = {"PYTHONPATH": str(tmp_path), "WRONG_BY_HOURS": str(hours)}
    with post_office() as office:
        env = {"TASK_SECONDS": "4", "EMAIL_URL": office.url}
        portal = live_portal(web=False, worker=False, env=env)
        office.folder = portal.mail_folder
        shell(portal, HAND_IN)
        with watching.held(portal, "LOCK applications_extraction IN ACCESS EXCLUSIVE MODE"):
            doomed = portal.another("doomed", children.worker("screening", "mail"), wrong)
            watching.wait_for(
                lambda: (leases(portal, "screening_step"), office.waiting),
                lambda found: bool(found[0] and found[1]),
            )
            watching.kill(doomed)
        office.opened.set()
        for table in ("screening_step", "core_mail"):
            [lease] = leases(portal, table)
            assert lease * hours > AN_HOUR
        watching.submit(portal, FILES, **wrong)
        portal.empty_broker()

        portal.worker.start()
        watching.two_sweeps(portal)
        watching.assert_settles(portal, 2 * FILES, uncertain=1)
        portal.stop()


def leases(portal: Portal, table: str) -> list[timedelta]:
    """How far ahead the leases end of what is in hand."""
    return [row[0] for row in ask(portal, RUNNING.format(table))]
