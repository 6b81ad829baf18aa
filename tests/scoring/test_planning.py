"""Who reads what: planned for a call, tried out, given by the worker."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.core import queue
from brustart.core.models import AuditEntry, Mail
from brustart.fund.models import Call
from scoring.review import planning, seating
from scoring.review.models import AssignmentPlan, ConflictOfInterest, Panelist, Review
from scoring.review.planned import planned, progress_of
from tests.factories import add_up, make_assigned, make_call, make_screened, make_user, panel_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER)


def plan(call: Call, actor: User, *, wanted: int = 2) -> AssignmentPlan:
    return planning.plan(call, wanted=wanted, actor=actor, now=timezone.now())


def apply(made: AssignmentPlan, actor: User) -> None:
    planning.apply(made, actor=actor, now=timezone.now())


def pairs(made: AssignmentPlan) -> set[tuple[int, int]]:
    return set(made.readings.values_list("application", "reviewer"))


def seat(call: Call, place: int, **changes: Any) -> User:
    """Change somebody's seat."""
    person = panel_of(call)[place]
    Panelist.objects.filter(call=call, reviewer=person).update(**changes)
    return person


def test_nothing_is_given_before_it_is_applied(manager: User) -> None:
    call = make_call(panel_size=4)
    files = [make_screened(call) for _file in range(2)]
    made = plan(call, manager)
    assert len(pairs(made)) == 4
    assert not Review.objects.exists()
    apply(made, manager)
    apply(made, manager)  # a double click
    add_up()
    given = set(Review.objects.values_list("application", "reviewer"))
    assert given == pairs(made)
    assert set(Application.objects.values_list("state", flat=True)) == {State.IN_REVIEW}
    assert Mail.objects.filter(template="assigned").count() == 4
    found = progress_of(made.__class__.objects.get(pk=made.pk))
    assert found is not None
    assert (found.done, found.total, found.going) == (2, 2, False)
    assert AuditEntry.objects.filter(act__startswith="assignment").count() == 2
    assert {file.pk for file in files} == {file for file, _reader in given}


def test_what_was_given_stays_and_only_the_rest_is_planned(manager: User) -> None:
    call = make_call(panel_size=3)
    file = make_screened(call)
    (review,) = make_assigned(file, reviewers=1)
    made = plan(call, manager, wanted=3)
    assert pairs(made) == {(file.pk, one.pk) for one in panel_of(call) if one != review.reviewer}
    lines = planned(made)["lines"]
    assert [line.given for line in lines] == [[review.reviewer]]


def test_who_may_not_or_cannot_is_left_out(manager: User) -> None:
    call = make_call(panel_size=5)
    file = make_screened(call)
    in_conflict = seat(call, 0)
    ConflictOfInterest.objects.create(
        application=file, reviewer=in_conflict, declared_at=timezone.now()
    )
    seat(call, 1, languages=["fr"])
    seat(call, 2, capacity=0)
    seat(call, 3, until=timezone.localdate() - timedelta(days=1))
    made = plan(call, manager, wanted=2)
    assert pairs(made) == {(file.pk, panel_of(call)[4].pk)}
    (short,) = planned(made)["lacking"]
    assert short["missing"] == "1 reviewer is missing"
    assert "3 of the panel read its language, 2 of these have no conflict" in short["where"]


def test_who_knows_the_field_comes_first(manager: User) -> None:
    call = make_call(panel_size=3)
    make_screened(call, topics=["climate"])
    expert = seat(call, 2, topics=["climate"])
    (reading,) = planned(plan(call, manager, wanted=1))["lines"][0].readings
    assert reading.person == expert
    assert reading.why == "Energy and circular economy"


def test_an_ehealth_file_gets_a_reader_of_ehealth(manager: User) -> None:
    call = make_call(panel_size=3)
    make_screened(call, track="ehealth")
    expert = seat(call, 1, topics=["care"])
    ((_file, reader),) = pairs(plan(call, manager, wanted=1))
    assert reader == expert.pk


def test_what_somebody_read_who_takes_no_more_still_counts(manager: User) -> None:
    call = make_call(panel_size=3)
    gone = seat(call, 0, topics=["care"])
    make_assigned(make_screened(call, track="ehealth"), reviewers=[gone])
    seat(call, 0, until=timezone.localdate() - timedelta(days=1))
    assert len(pairs(plan(call, manager, wanted=2))) == 1  # of any field: e-health is served
    task = planning.task_of(call, wanted=2, on=timezone.localdate())
    assert [one.is_ehealth for one in task.files] == [False]
    assert gone.pk not in {one.key for one in task.readers}


def test_planning_asks_the_same_number_of_questions_for_more_files(manager: User) -> None:
    def asked(files: int) -> int:
        call = make_call(panel_size=3)
        for _file in range(files):
            make_screened(call)
        with CaptureQueriesContext(connection) as seen:
            planning.task_of(call, wanted=2, on=timezone.localdate())
        return len(seen)

    assert asked(1) == asked(5) == 6


def test_the_last_plan_counts(manager: User) -> None:
    call = make_call()
    make_screened(call)
    first, second = plan(call, manager), plan(call, manager)
    with pytest.raises(planning.CannotPlan, match="newer"):
        apply(first, manager)
    apply(second, manager)


def test_nothing_to_plan(manager: User) -> None:
    call = make_call()
    with pytest.raises(planning.CannotPlan, match="No file"):
        plan(call, manager)
    make_screened(call)
    Panelist.objects.filter(call=call).delete()
    with pytest.raises(planning.CannotPlan, match="Nobody"):
        plan(call, manager)


def test_what_became_impossible_meanwhile_is_said(manager: User) -> None:
    call = make_call(panel_size=2)
    file = make_screened(call)
    made = plan(call, manager)
    away = panel_of(call)[0]
    ConflictOfInterest.objects.create(application=file, reviewer=away, declared_at=timezone.now())
    apply(made, manager)
    add_up()
    (line,) = planned(made)["lines"]
    refusals = {one.person: one.refusal for one in line.readings}
    assert "conflict of interest" in refusals[away]
    assert [one.reviewer for one in file.reviews.all()] == [panel_of(call)[1]]


def test_giving_a_file_twice_gives_it_once(manager: User) -> None:
    call = make_call()
    make_screened(call)
    made = plan(call, manager)
    apply(made, manager)
    (step,) = made.steps.all()
    for _time in range(2):
        planning.give(step, now=timezone.now())
    assert Review.objects.count() == 2
    assert step.state == queue.State.QUEUED


def test_a_seat_is_added_once_and_its_changes_are_written_down(manager: User) -> None:
    call, reviewer, now = make_call(), make_user(Role.REVIEWER), timezone.now()
    for _time in range(2):
        added = seating.add(call, reviewer, actor=manager, now=now)
    assert not added.approves
    added.capacity = 5
    seating.change(added, actor=manager, now=now)
    acts = AuditEntry.objects.filter(act__startswith="panel.").order_by("pk")
    assert [(one.act, one.details.get("capacity")) for one in acts] == [
        ("panel.added", None), ("panel.changed", ["12", "5"]),
    ]  # fmt: skip


def test_the_pages(client: Client, manager: User) -> None:
    call = make_call(panel_size=3)
    file = make_screened(call)
    newcomer = make_user(Role.REVIEWER)
    client.force_login(manager)
    panel = reverse("panel", args=[call.code])
    answer = client.post(panel, {"reviewer": newcomer.pk})
    changed = {"languages": ["en"], "topics": ["data"], "capacity": "7", "until": ""}
    assert client.post(answer["Location"], {**changed, "languages": []}).status_code == 200
    assert client.post(answer["Location"], changed)["Location"] == panel
    assert "Data and artificial intelligence" in client.get(panel).content.decode()
    url = reverse("assignment", args=[call.code])
    assert client.post(url, {"wanted": "0"}).status_code == 200
    made = client.post(url, {"wanted": "3"})["Location"]
    assert b"Nothing is given yet" in client.get(made).content
    assert client.post(made)["Location"] == made
    page = client.get(made).content.decode()
    assert "0 of 1 file is given" in page
    assert "every 1s" in page
    add_up()
    assert "every 1s" not in client.get(made + "progress/").content.decode()
    assert file.reviews.count() == 3
    assert client.post(url, {"wanted": "3"}).status_code == 409


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FUND_MANAGER])
def test_only_fund_managers_come_here(client: Client, manager: User, role: Role) -> None:
    call = make_call()
    make_screened(call)
    made = plan(call, manager)
    client.force_login(make_user(role))
    for name, key in (
        ("panel", call.code), ("assignment", call.code), ("plan", made.pk),
        ("plan_progress", made.pk), ("seat", Panelist.objects.filter(call=call)[0].pk),
    ):  # fmt: skip
        assert client.get(reverse(name, args=[key])).status_code == 403


def test_queries_do_not_grow_with_files_or_people(client: Client, manager: User) -> None:
    client.force_login(manager)
    make_user(Role.REVIEWER)  # somebody who could be added

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    found = []
    for files, people in ((1, 3), (4, 8)):
        call = make_call(panel_size=people)
        for _file in range(files):
            make_screened(call)
        made = plan(call, manager)
        urls = [reverse("plan", args=[made.pk]), reverse("panel", args=[call.code])]
        found.append([count(url) for url in urls])
    assert found[0] == found[1]
