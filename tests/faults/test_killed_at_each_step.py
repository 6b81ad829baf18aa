"""A worker killed with -9 while a file stands at each step: all is done again, no mail twice."""

import json

import pytest

from brustart import children
from tests.faults import watching
from tests.faults.post_office import AFTER, BEFORE, post_office
from tests.faults.watching import ask, shell
from tests.live import Portal, Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

HAND_IN = f"""
import json
from django.utils import timezone
from scoring.screening import pipeline
from tests.factories import make_call, make_submitted, make_user

names = ["begin", "documents", "facts", "eligibility", "score", "suggest", "commit"]
readers = {{name: f"{{name}}@example.org" for name in names}}
readers |= {{"before": "{BEFORE}", "after": "{AFTER}"}}
files = {{
    name: make_submitted(make_call(), make_user(email=email)).pk
    for name, email in readers.items()
}}
for name in ("documents", "facts", "eligibility"):  # so that there are rows to lock
    pipeline.begin(files[name], now=timezone.now())
print(json.dumps(files))
"""
RUN = """SELECT run.id FROM screening_run run
    JOIN applications_submission submission ON submission.id = run.submission_id
    WHERE submission.application_id = {file}"""
STEP = f"screening_step WHERE run_id IN ({RUN}) AND name = "
EVENT = "core_message WHERE payload ->> 'application' = '{file}' AND topic = "
MAIL = "core_mail WHERE about = 'applications.application:{file}'"
WORK = {  # the row that says that a worker is at the step
    "begin": EVENT + "'application.submitted'",
    "documents": STEP + "'documents'",
    "facts": STEP + "'facts'",
    "eligibility": STEP + "'eligibility'",
    "score": STEP + "'score'",
    "suggest": EVENT + "'application.eligible'",
    "commit": EVENT + "'application.submitted'",
    "before": MAIL,
    "after": MAIL,
}
IN_THE_WAY = {  # what keeps it there: a row that it must change, or another like its own
    "begin": """INSERT INTO screening_run (submission_id, version, is_current, cause, begun_at,
        rules_version, facts_hash, verdict) SELECT id, 1, true, 'submitted', now(), '', '', ''
        FROM applications_submission WHERE application_id = {file}""",
    "documents": f"SELECT FROM {STEP} 'facts' FOR UPDATE",
    "facts": f"SELECT FROM screening_run WHERE id IN ({RUN}) FOR NO KEY UPDATE",
    "eligibility": f"SELECT FROM {STEP} 'score' FOR UPDATE",
    "score": "SELECT FROM applications_application WHERE id = {file} FOR NO KEY UPDATE",
    "suggest": """INSERT INTO review_suggestion (application_id, reviewer_id, place, at)
        SELECT file.id, reviewer_id, 0, now() FROM review_panelist
        JOIN applications_application file USING (call_id) WHERE file.id = {file}""",
    # Foreign keys are looked at when the transaction commits: it does, without the worker.
    "commit": "SELECT FROM applications_submission WHERE application_id = {file} FOR UPDATE",
}
AFTERWARDS = dict.fromkeys(WORK, ("done", 2)) | {
    "commit": ("done", 1), "before": ("uncertain", 1), "after": ("uncertain", 1),
}  # fmt: skip


def test_what_was_killed_is_done_again_and_mail_is_not(live_portal: Starter) -> None:
    with post_office() as office:
        env = {"TASK_SECONDS": "6", "EMAIL_URL": office.url}
        portal = live_portal(web=False, worker=False, env=env)
        office.folder = portal.mail_folder
        files: dict[str, int] = json.loads(shell(portal, HAND_IN))
        at_once = [*children.worker("screening", "mail"), "--concurrency", "12"]
        locks = [lock.format(file=files[name]) for name, lock in IN_THE_WAY.items()]
        with watching.held(portal, *locks):
            busy = portal.another("busy", at_once)
            all_stand = dict.fromkeys(WORK, ("running", 1))
            watching.wait_for(lambda: standing(portal, files), lambda now: now == all_stand)
            watching.wait_for(lambda: sorted(office.waiting), lambda now: now == [AFTER, BEFORE])
            watching.kill(busy)
            assert (standing(portal, files), sorted(office.waiting)) == (all_stand, [AFTER, BEFORE])
        office.opened.set()
        portal.empty_broker()

        portal.worker.start()
        watching.two_sweeps(portal)
        watching.assert_settles(portal, len(files), uncertain=2)

    assert standing(portal, files) == AFTERWARDS
    taken = watching.delivered(portal)
    assert taken[message_id(portal, files["before"])] == 0
    assert taken[message_id(portal, files["after"])] == 1
    portal.stop()


def standing(portal: Portal, files: dict[str, int]) -> dict[str, tuple[str, int]]:
    """State and attempt of the work that stands at each step."""
    return {
        name: found[0]
        for name, work in WORK.items()
        if (found := ask(portal, f"SELECT state, attempt FROM {work.format(file=files[name])}"))
    }


def message_id(portal: Portal, file: int) -> str:
    """Of the mail about a file."""
    return str(ask(portal, f"SELECT message_id FROM {MAIL.format(file=file)}")[0][0])
