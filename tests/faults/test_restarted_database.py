"""PostgreSQL restarted in the middle of screening: worker and web live on, and nothing is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from brustart import embedded
from tests.databases import Urls
from tests.faults import watching
from tests.faults.post_office import AFTER, post_office
from tests.faults.watching import STEPS, ask
from tests.live import Portal, portals

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
FILES = 8
PROCESSES = 2  # of one worker

HAND_IN = f"""
from tests.factories import make_call, make_submitted, make_user
call = make_call()
make_submitted(call, make_user(email="{AFTER}"))
for _file in range({FILES - 1}):
    make_submitted(call)
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A server of the test's own, so that nobody else's is stopped."""
    place = tmp_path / "postgres"
    embedded.start(place, durable=False)
    yield place
    embedded.reset(place)


def test_screening_goes_on(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    roles = (embedded.SUPERUSER, embedded.OWNER, embedded.APPLICATION)
    empty = Urls(*(embedded.url(role, place=place, database="template1") for role in roles))
    with ExitStack() as stack:
        office = stack.enter_context(post_office())
        start = portals(empty, tmp_path_factory.mktemp, stack)
        env = {"TASK_SECONDS": "4", "EMAIL_URL": office.url}
        portal = start(web=False, worker=False, env=env)
        office.folder = portal.mail_folder
        portal.manage("prepare")
        watching.shell(portal, HAND_IN)
        portal.web.start()
        portal.worker.start()
        portal.wait_until_up(worker=True)
        watching.wait_for(lambda: watching.done(portal) > 0 and office.waiting, bool)
        left = STEPS * FILES - watching.done(portal)

        embedded.stop(place)
        embedded.start(place, durable=False)
        office.opened.set()  # the mail was taken; its worker has lost the database
        began = ask(portal, "SELECT now()")[0][0]
        watching.two_sweeps(portal)
        uncertain = watching.outcome(portal).uncertain
        watching.assert_settles(portal, FILES, uncertain=uncertain)

        assert left > 0, "the database was stopped too late to tell"
        assert 1 <= uncertain <= PROCESSES
        assert (portal.web.exit_code(), portal.worker.exit_code()) == (None, None)
        assert watching.wait_for(lambda: seen_at(portal), lambda seen: seen > began) > began
        assert watching.wait_for(lambda: page(portal), lambda status: status == 200) == 200


def seen_at(portal: Portal) -> datetime:
    """When the worker last said that it lives."""
    return ask(portal, "SELECT max(seen_at) FROM core_worker")[0][0]


def page(portal: Portal) -> int:
    """The status of a page that asks the database."""
    connection = HTTPConnection("localhost", portal.port, timeout=10)
    try:
        connection.request("GET", "/en/")
        return connection.getresponse().status
    finally:
        connection.close()
