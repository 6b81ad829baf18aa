"""Meetings of a panel: the agenda, who was there, packs that hide what must stay hidden."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from brustart.accounts.models import Role, User
from brustart.awards import meeting as acts
from brustart.awards import packs
from brustart.awards.meeting import Closed, NotComplete
from brustart.awards.models import Meeting, MeetingPack, MeetingRecord
from brustart.core import queue
from brustart.core.hashing import sha256
from brustart.core.papers import Block, Grid, Heading, Rows
from brustart.fund.models import Call
from scoring.review import conflicts
from tests import factories
from tests.pages import cost, logged_in

pytestmark = pytest.mark.django_db


def ranked_call(number: int = 2) -> Call:
    call = factories.make_call()
    for value in range(number):
        for review in factories.make_assigned(call=call):
            factories.mark(review, 4 if value else 3)
    factories.add_up()
    return call


def hold(call: Call, manager: User, **changes: Any) -> Meeting:
    now = timezone.now()
    known = {"at": now, "location": "Room 2", "scenario": None, "actor": manager, "now": now}
    return acts.hold(call, **known | changes)


def keep(meeting: Meeting, manager: User, *present: User) -> Meeting:
    return acts.keep(
        meeting,
        at=meeting.at,
        location=meeting.location,
        minutes="Read and spoken of.",
        present=[one.pk for one in present],
        actor=manager,
        now=timezone.now(),
    )


def printed(meeting: Meeting, manager: User, reader: User | None = None) -> MeetingPack:
    pack = packs.ask(meeting, reader=reader, language="fr", actor=manager, now=timezone.now())
    assert queue.perform(MeetingPack, pack.pk, packs.write, worker="tests")
    pack.refresh_from_db()
    return pack


def headings(blocks: list[Block]) -> list[str]:
    return [one.text for one in blocks if isinstance(one, Heading)]


def stand_back(file: Application, reviewer: User) -> None:
    conflicts.recuse(file, reviewer=reviewer, reason="We founded it.", now=timezone.now())


# --- the record --------------------------------------------------------------------------------


def test_the_agenda_is_by_place(manager: User) -> None:
    call = ranked_call()
    meeting = hold(call, manager)
    places = [one.application.rank.place for one in meeting.agenda.all()]
    assert places == [1, 2]


def test_only_the_panel_can_have_been_there(manager: User) -> None:
    meeting = hold(ranked_call(1), manager)
    first, second, _third = factories.panel_of(meeting.call)
    keep(meeting, manager, first, manager)
    assert [one.member for one in meeting.attendances.all()] == [first]
    keep(meeting, manager, second)
    assert [one.member for one in meeting.attendances.all()] == [second]


def test_a_closed_meeting_stays(manager: User) -> None:
    meeting = hold(ranked_call(1), manager)
    with pytest.raises(NotComplete):
        acts.close(meeting, actor=manager, now=timezone.now())
    first, *_others = factories.panel_of(meeting.call)
    keep(meeting, manager, first)
    record = acts.close(meeting, actor=manager, now=timezone.now())
    assert record.sha256 == sha256(record.content)
    assert record.content["present"] == [{"id": first.pk, "name": str(first)}]
    for late in (
        lambda: keep(meeting, manager, first),
        lambda: acts.close(meeting, actor=manager, now=timezone.now()),
    ):
        with pytest.raises(Closed):
            late()
    with pytest.raises(Error), transaction.atomic():
        MeetingRecord.objects.update(sha256="0" * 64)


def test_the_record_holds_votes_and_who_stood_back(manager: User) -> None:
    proposal = factories.make_proposal()
    first, second, third = factories.panel_of(proposal.application.call)
    meeting = hold(proposal.application.call, manager)
    stand_back(proposal.application, third)
    factories.approve(proposal, first)
    keep(meeting, manager, first, second)
    record = acts.close(meeting, actor=manager, now=timezone.now())
    (file,) = record.content["files"]
    assert file["recused"] == [{"id": third.pk, "name": str(third)}]
    (vote,) = file["votes"]
    assert (vote["by"]["id"], vote["approves"], vote["amount"]) == (first.pk, True, "100000.00")


# --- packs -------------------------------------------------------------------------------------


def test_the_funds_pack_has_every_file_and_who_stands_back(manager: User) -> None:
    call = ranked_call()
    meeting = hold(call, manager)
    file = meeting.agenda.all()[0].application
    third = factories.panel_of(call)[2]
    stand_back(file, third)
    pack = printed(meeting, manager)
    with default_storage.open(pack.stored) as pdf:
        assert pdf.read(5) == b"%PDF-"
    blocks = list(packs._blocks(pack))
    assert len(headings(blocks)) == 4
    pairs = [pair for one in blocks if isinstance(one, Rows) for pair in one.pairs]
    assert str(third) in dict(pairs).values()


def test_a_members_pack_leaves_out_what_they_may_not_see(manager: User) -> None:
    call = ranked_call()
    first = factories.panel_of(call)[0]
    meeting = hold(call, manager)
    mine, tied = (one.application for one in meeting.agenda.all())
    stand_back(tied, first)
    blocks = list(packs._blocks(printed(meeting, manager, first)))
    words = " ".join(str(one) for one in blocks)
    assert mine.reference in words
    assert tied.reference not in words
    assert len(next(one for one in blocks if isinstance(one, Grid)).rows) == 1


def test_a_pack_is_for_the_panel_alone(manager: User) -> None:
    meeting = hold(ranked_call(1), manager)
    stranger = factories.make_user(Role.REVIEWER)
    with pytest.raises(packs.NotOfThePanel):
        packs.ask(meeting, reader=stranger, language="fr", actor=manager, now=timezone.now())


def test_each_member_downloads_their_own_pack_until_a_tie_comes_up(manager: User) -> None:
    call = ranked_call()
    first, second, _third = factories.panel_of(call)
    meeting = hold(call, manager)
    own, funds = printed(meeting, manager, first), printed(meeting, manager)

    def status(user: User, pack: MeetingPack) -> int:
        answer = logged_in(user).get(reverse("pack", args=[pack.pk]))
        if answer.status_code == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF-")
        return answer.status_code

    assert (status(first, own), status(manager, own), status(manager, funds)) == (200, 200, 200)
    assert (status(second, own), status(first, funds)) == (404, 404)
    stand_back(meeting.agenda.all()[0].application, first)
    assert status(first, own) == 404
    page = logged_in(first).get(reverse("meeting", args=[meeting.pk])).content.decode()
    assert "None is ready for you yet" in page


# --- the pages ---------------------------------------------------------------------------------


def test_a_meeting_from_the_books_to_its_end(manager: User) -> None:
    call, client = ranked_call(1), logged_in(manager)
    first = factories.panel_of(call)[0]
    url = reverse("meetings", args=[call.code])
    assert "There is a problem" in client.post(url, {"location": "x"}).content.decode()
    known = {"at": "2026-12-01T14:00", "location": "Room 2"}
    assert client.post(url, known).status_code == 302
    meeting = Meeting.objects.get()
    assert "Room 2" in client.get(url).content.decode()
    early = client.post(reverse("close_meeting", args=[meeting.pk]))
    assert early.status_code == 409
    assert "write the minutes" in early.content.decode()
    record = known | {"present": [first.pk], "minutes": "All was read."}
    assert client.post(reverse("keep_meeting", args=[meeting.pk]), record).status_code == 302
    pack = {"reader": first.pk, "language": "nl"}
    assert client.post(reverse("ask_pack", args=[meeting.pk]), pack).status_code == 302
    assert MeetingPack.objects.get().reader == first
    assert client.post(reverse("close_meeting", args=[meeting.pk])).status_code == 302
    page = client.get(reverse("meeting", args=[meeting.pk])).content.decode()
    assert "All was read." in page
    assert MeetingRecord.objects.get().sha256 in page
    late = client.post(reverse("keep_meeting", args=[meeting.pk]), record)
    assert late.status_code == 409


@pytest.mark.parametrize("role", Role)
def test_who_may_open_a_meeting(role: Role, manager: User) -> None:
    meeting = hold(ranked_call(1), manager)
    client = logged_in(factories.make_user(role))
    oversees = role in {Role.FUND_MANAGER, Role.AUDITOR}
    listed = client.get(reverse("meetings", args=[meeting.call.code])).status_code
    assert listed == (200 if oversees else 403)
    opened = client.get(reverse("meeting", args=[meeting.pk])).status_code
    assert opened == (200 if oversees else 404 if role == Role.REVIEWER else 403)
    for name in ("keep_meeting", "close_meeting", "ask_pack"):
        answer = client.post(reverse(name, args=[meeting.pk]))
        assert (answer.status_code != 403) == (role == Role.FUND_MANAGER)


def test_an_auditor_adds_no_meeting() -> None:
    call, client = ranked_call(1), logged_in(factories.make_user(Role.AUDITOR))
    data = {"at": "2026-12-01T14:00", "location": "Room 2"}
    client.post(reverse("meetings", args=[call.code]), data)
    assert not Meeting.objects.exists()


def test_a_member_sees_the_files_that_are_open_to_them(manager: User) -> None:
    call = ranked_call()
    first, _second, third = factories.panel_of(call)
    meeting = hold(call, manager)
    file = meeting.agenda.all()[0].application
    url = reverse("meeting", args=[meeting.pk])
    assert file.reference in logged_in(first).get(url).content.decode()
    words = logged_in(third).get(url).content.decode()  # reads none of them
    assert file.reference not in words


def test_a_meeting_costs_the_same_with_three_files_and_with_thirty(manager: User) -> None:
    def costs(number: int) -> list[int]:
        meeting = hold(ranked_call(number), manager)
        return cost(logged_in(manager), reverse("meeting", args=[meeting.pk]))

    assert costs(3) == costs(30)
