"""After everybody marked alone: what is said, marks that change with a reason, the pitch."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.accounts.models import Role, User
from scoring.review import conflicts, discussing, rounds
from scoring.review.models import (
    Mark,
    MarkChange,
    PanelComment,
    PanelScore,
    Pitch,
    Rank,
    Review,
    Round,
)
from scoring.review.rounds import Phase
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> Application:
    """Marked by two, and spoken of."""
    call = factories.make_call(panel_size=3)
    Round.objects.create(call=call, discusses=True)
    return factories.make_reviewed(factories.make_screened(call), marks=[2, 4])


def reviews(file: Application) -> list[Review]:
    return list(file.reviews.select_related("reviewer").order_by("pk"))


def change(review: Review, value: str, *, actor: User | None = None, **said: Any) -> MarkChange:
    return discussing.change_mark(
        review, "team", value=Decimal(value), reason=said.get("reason", "I had missed the nurse."),
        actor=actor or review.reviewer, now=timezone.now(),
    )  # fmt: skip


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_file_is_spoken_of_between_its_last_mark_and_the_end(file: Application) -> None:
    assert rounds.phase_of(file) is Phase.TOGETHER
    manager = factories.make_user(Role.FUND_MANAGER)
    alone = factories.make_assigned(factories.make_screened(file.call))[0].application
    alone.refresh_from_db()
    assert rounds.phase_of(alone) is Phase.ALONE
    rounds.close(file.call, actor=manager, now=timezone.now())
    rounds.close(file.call, actor=manager, now=timezone.now())
    assert rounds.phase_of(file) is Phase.FINAL
    with pytest.raises(discussing.NotOpen):
        change(reviews(file)[0], "3")
    assert rounds.phase_of(factories.make_reviewed(marks=[3])) is Phase.FINAL


def test_a_changed_mark_counts_and_the_one_before_stays(file: Application) -> None:
    first = reviews(file)[0]
    made = change(first, "4")
    assert (made.before, made.after, made.when) == (Decimal(2), Decimal(4), "discussion")
    factories.add_up()
    assert PanelScore.objects.get().medians["team"] == "4.0"
    assert Rank.objects.get().calibrated > 3
    with pytest.raises(DatabaseError), transaction.atomic():
        MarkChange.objects.update(reason="Nothing")


def test_one_changes_ones_own_marks_with_a_reason(file: Application) -> None:
    first, second = reviews(file)
    with pytest.raises(discussing.NotTakingPart):
        change(first, "4", actor=second.reviewer)
    with pytest.raises(discussing.ReasonMissing):
        change(first, "4", reason="  ")
    with pytest.raises(discussing.ReasonMissing):
        change(first, "2")
    with pytest.raises(discussing.NotTakingPart):
        discussing.change_mark(
            first, "team", value=None, reason="Not for us.", actor=first.reviewer,
            now=timezone.now(),
        )  # fmt: skip
    assert set(Mark.objects.filter(review=first).values_list("value", flat=True)) == {Decimal(2)}


def test_after_the_pitch_changes_say_so(file: Application) -> None:
    manager, now = factories.make_user(Role.FUND_MANAGER), timezone.now()
    with pytest.raises(discussing.ReasonMissing):
        discussing.note_pitch(file, held_on=now.date(), questions=" ", actor=manager, now=now)
    for questions in ("Who pays?", "Who pays, and when?"):
        discussing.note_pitch(file, held_on=now.date(), questions=questions, actor=manager, now=now)
    assert Pitch.objects.get().questions == "Who pays, and when?"
    assert change(reviews(file)[0], "4").when == MarkChange.When.PITCH


def test_only_those_who_marked_it_and_the_fund_speak_of_it(file: Application) -> None:
    third, now = factories.panel_of(file.call)[2], timezone.now()
    with pytest.raises(discussing.NotTakingPart):
        discussing.comment(file, text="Hm.", author=third, now=now)
    with pytest.raises(discussing.ReasonMissing):
        discussing.comment(file, text=" ", author=reviews(file)[0].reviewer, now=now)
    for author in (reviews(file)[0].reviewer, factories.make_user(Role.FUND_MANAGER)):
        discussing.comment(file, text="Who pays?", author=author, now=now)
    assert PanelComment.objects.count() == 2
    assert not visible_to(third, PanelComment).exists()
    assert visible_to(reviews(file)[1].reviewer, PanelComment).count() == 2


def test_marks_of_others_are_seen_together_and_not_before(file: Application) -> None:
    first, second = reviews(file)
    assert visible_to(first.reviewer, Review).filter(application=file).count() == 2
    assert visible_to(first.reviewer, Mark).filter(review=second).count() == 5
    Round.objects.update(discusses=False)
    assert list(visible_to(first.reviewer, Review).filter(application=file)) == [first]
    Round.objects.update(discusses=True)
    factories.make_assigned(file, reviewers=[factories.panel_of(file.call)[2]])  # it opens again
    assert not visible_to(first.reviewer, Mark).filter(review=second).exists()
    assert logged_in(first.reviewer).get(reverse("discussion", args=[file.pk])).status_code == 404


def test_a_conflict_ends_the_talking(file: Application) -> None:
    first, second = reviews(file)
    discussing.comment(file, text="Who pays?", author=second.reviewer, now=timezone.now())
    conflicts.recuse(file, reviewer=first.reviewer, reason="A cousin.", now=timezone.now())
    for model in (Review, Mark, PanelComment):
        assert not visible_to(first.reviewer, model).exists()
    assert logged_in(first.reviewer).get(reverse("discussion", args=[file.pk])).status_code == 404


def test_the_page_shows_all_marks_and_keeps_what_is_said(file: Application) -> None:
    first, second = reviews(file)
    client, url = logged_in(first.reviewer), reverse("discussion", args=[file.pk])
    page = client.get(url).content.decode()
    assert str(second.reviewer) in page
    assert client.post(url, {"act": "comment", "comment-text": "Who pays?"}).status_code == 302
    data = {"act": "change", "change-criterion": "team", "change-value": "3.5"}
    wrong = client.post(url, data)
    assert wrong.status_code == 422
    assert "Say why you change the mark." in wrong.content.decode()
    assert client.post(url, data | {"change-reason": "The nurse."}).status_code == 302
    page = client.get(url).content.decode()
    assert "Who pays?" in page
    assert "2 → 3.5" in " ".join(page.split())
    pitch = {"act": "pitch", "pitch-held_on": "2026-01-01", "pitch-questions": "Who?"}
    assert client.post(url, pitch).status_code == 422  # the fund's to write
    assert not Pitch.objects.exists()
    manager = logged_in(factories.make_user(Role.FUND_MANAGER))
    assert manager.post(url, pitch).status_code == 302
    auditor = logged_in(factories.make_user(Role.AUDITOR))
    assert "Who pays?" in auditor.get(url).content.decode()
    assert auditor.post(url, {"act": "comment", "comment-text": "I"}).status_code == 422
    assert PanelComment.objects.count() == 1


def test_the_page_asks_the_same_number_of_questions_for_more_said(file: Application) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first = reviews(file)[0]
    client, url = logged_in(first.reviewer), reverse("discussion", args=[file.pk])

    def asked() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    discussing.comment(file, text="One", author=first.reviewer, now=timezone.now())
    change(first, "3")
    few = asked()
    for number in range(10):
        discussing.comment(file, text="More", author=first.reviewer, now=timezone.now())
        change(first, "3.5" if number % 2 else "4")
    assert asked() == few


# --- how the panel works -----------------------------------------------------------------------
def test_the_fund_says_how_the_panel_works() -> None:
    call = factories.make_call(panel_size=2)
    client = logged_in(factories.make_user(Role.FUND_MANAGER))
    url = reverse("round", args=[call.code])
    day = timezone.localdate() + timedelta(days=20)
    data = {"due_on": day.isoformat(), "is_blind": "on", "discusses": "on", "pitch_on": ""}
    assert client.post(url, data)["Location"] == reverse("panel", args=[call.code])
    found = rounds.of(call)
    assert (found.due_on, found.is_blind, found.discusses, found.pitch_on) == (
        day, True, True, None,
    )  # fmt: skip
    factories.make_assigned(factories.make_screened(call))
    answer = client.post(url, data | {"is_blind": ""})
    assert answer.status_code == 409
    assert "given to reviewers already" in answer.content.decode()
    assert rounds.of(call).is_blind
