"""The reading room: what is on the table, a review that saves itself, two tabs, one download."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import picturing, uploading
from applications.models import Document
from brustart.accounts.models import Role, User
from brustart.core import papers
from scoring.review import assigning, reviewing, room
from scoring.review.models import Review
from tests import factories

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def review() -> Review:
    return factories.make_assigned(reviewers=1)[0]


@pytest.fixture
def client(review: Review) -> Client:
    return logged_in(review.reviewer)


@pytest.fixture
def url(review: Review) -> str:
    return reverse("review", args=[review.application_id])


# --- saving ------------------------------------------------------------------------------------
def test_it_saves_itself_and_says_when(review: Review, client: Client, url: str) -> None:
    data = {"version": "0", "page": "one", "team": "3.5", "strengths": "A nurse among them."}
    told = client.post(url, data, **JSON).json()
    assert told["version"] == 1
    assert told["saved"].startswith("Saved ")
    told = client.post(url, data | {"version": "0", "recommended": "50000"}, **JSON).json()
    assert told["version"] == 2  # the same page: a save sent twice is no rival of its own
    review.refresh_from_db()
    assert (review.state, review.strengths) == (Review.State.BEGUN, "A nurse among them.")
    assert review.recommended == Decimal(50_000)


def test_a_second_tab_is_refused_and_shown_both(review: Review, client: Client, url: str) -> None:
    client.post(url, {"version": "0", "page": "one", "weaknesses": "No sales yet."}, **JSON)
    late = {"version": "0", "page": "two", "weaknesses": "They sell already."}
    answer = client.post(url, late, **JSON)
    assert answer.status_code == 409
    assert "another tab" in answer.json()["message"]
    answer = client.post(url, late | {"act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "They sell already." in page
    assert "No sales yet." in page
    review.refresh_from_db()
    assert review.weaknesses == "No sales yet."
    answer = client.post(url, late | {"version": str(review.version), "act": "save"})
    assert answer.status_code == 302
    review.refresh_from_db()
    assert review.weaknesses == "They sell already."


def test_what_cannot_be_read_is_shown_and_the_rest_kept(
    review: Review, client: Client, url: str
) -> None:
    answer = client.post(
        url, {"act": "save", "recommended": "a lot", "comment": "Ask for more.", "confidence": "7"}
    )
    page = answer.content.decode()
    assert "a lot" in page
    assert "There is a problem" in page
    review.refresh_from_db()
    assert (review.comment, review.recommended) == ("Ask for more.", None)


def test_handing_in_asks_for_marks_and_reasons_alone(
    review: Review, client: Client, url: str
) -> None:
    marks = dict.fromkeys(("innovation", "feasibility", "team", "valorisation", "impact"), "4")
    data = marks | {f"{one}_reason": "Clear." for one in marks} | {"act": "hand_in"}
    assert client.post(url, data)["Location"] == url
    review.refresh_from_db()
    assert review.state == Review.State.DONE
    answer = client.post(url, data | {"team": "1"}, follow=True)
    assert "Its marks stay as they are" in answer.content.decode()


# --- stepping back -----------------------------------------------------------------------------
def test_abstaining_is_a_state_of_its_own(review: Review, client: Client, url: str) -> None:
    abstain = reverse("abstain", args=[review.application_id])
    assert client.post(abstain, {"reason": " "}).status_code == 200
    assert client.post(abstain, {"reason": "Too far from my field."}).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.get_state_display()) == ("abstained", "Abstained")
    assert "Too far from my field." in client.get(url).content.decode()
    assert client.post(url, {"act": "save", "team": "3"}, **JSON).status_code == 409
    with pytest.raises(assigning.NotThisReviewer, match="cannot judge"):
        assigning.assign(
            review.application, reviewer=review.reviewer,
            actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
        )  # fmt: skip


def test_the_last_abstention_closes_what_the_others_marked() -> None:
    one, two = factories.make_assigned()
    factories.mark(one)
    assigning.abstain(two, reason="Not my field.", actor=two.reviewer, now=timezone.now())
    factories.add_up()
    one.application.refresh_from_db()
    assert one.application.state == "reviewed"


def test_a_file_taken_back_closes_and_can_be_given_back_with_what_was_written(
    review: Review, client: Client, url: str
) -> None:
    manager = factories.make_user(Role.FUND_MANAGER)
    client.post(url, {"act": "save", "strengths": "Good."})
    boss = logged_in(manager)
    back = reverse("take_back_review", args=[review.pk])
    assert boss.post(back, {}).status_code == 200
    answer = boss.post(back, {"reason": "You are ill."})
    assert answer["Location"] == reverse("assign", args=[review.application_id])
    assert client.get(url).status_code == 404
    assert boss.post(back, {"reason": "Again."}).status_code == 409
    offered = boss.get(reverse("assign", args=[review.application_id])).content.decode()
    assert f'id="reviewer-{review.reviewer_id}"' in offered
    again = assigning.assign(
        review.application, reviewer=review.reviewer, actor=manager, now=timezone.now()
    )
    assert (again.pk, again.state, again.strengths) == (review.pk, Review.State.BEGUN, "Good.")
    assert client.get(url).status_code == 200


# --- the table ---------------------------------------------------------------------------------
def test_pages_of_a_pdf_are_drawn_as_pictures_once() -> None:
    pdf = papers.pdf(papers.Paper(language="en", title="Deck", at=timezone.now(), blocks=()))
    draft = factories.make_draft()
    old = draft.documents.get(kind="deck")
    uploading.remove(old, actor=draft.author, now=timezone.now())
    document = uploading.receive(
        draft, SimpleUploadedFile("deck.pdf", pdf), kind="deck", actor=draft.author,
        now=timezone.now(),
    )  # fmt: skip
    factories.read(document)
    file = factories.screen(factories.submit(draft))
    review = factories.make_assigned(file, reviewers=1)[0]
    table = room.Table(review.application)
    place = next(one.place for one in table.documents if one.document.pk == document.pk)
    client = logged_in(review.reviewer)
    page = reverse("review_page", args=[file.pk, place, 1])
    assert page in client.get(reverse("review", args=[file.pk])).content.decode()
    first, second = client.get(page), client.get(page)
    assert first["Content-Type"] == "image/webp"
    assert first.content[:4] == b"RIFF"
    assert first.content == second.content
    assert client.get(reverse("review_page", args=[file.pk, place, 99])).status_code == 404
    assert client.get(reverse("review_page", args=[file.pk, 99, 1])).status_code == 404
    whole = client.get(reverse("review_document", args=[file.pk, place]))
    assert b"".join(whole.streaming_content) == pdf
    other = factories.panel_of(file.call)[1]
    assert logged_in(other).get(page).status_code == 404


def test_what_cannot_be_drawn_is_no_page(review: Review) -> None:
    document = review.application.documents.first()
    assert document
    Document.objects.filter(pk=document.pk).update(type="xlsx")
    document.refresh_from_db()
    with pytest.raises(picturing.CannotDraw):
        picturing.page(document, 1)


def test_minutes_grow_with_the_text(review: Review, client: Client) -> None:
    few = room.minutes_of(review)
    Document.objects.filter(application=review.application).update(text="word " * 2_600)
    assert room.minutes_of(review) == few + 20
    assert f"About {few + 20} minutes" in client.get(reverse("reviewing")).content.decode()


def test_all_files_in_hand_come_as_one_download() -> None:
    call = factories.make_call(panel_size=1)
    reviews = [
        factories.make_assigned(factories.make_screened(call), reviewers=1)[0] for _file in range(2)
    ]
    factories.mark(reviews[1])
    reader = reviews[0].reviewer
    answer = logged_in(reader).get(reverse("reading_zip"))
    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert whole.testzip() is None
    name = reviews[0].application.reference
    assert {one.partition("/")[0] for one in whole.namelist()} == {name}
    assert f"{name}/answers.pdf" in whole.namelist()
    assert len(whole.namelist()) == 3


def test_one_goes_from_file_to_file() -> None:
    call = factories.make_call(panel_size=1)
    reviews = [
        factories.make_assigned(factories.make_screened(call), reviewers=1)[0] for _file in range(3)
    ]
    reader = reviews[0].reviewer
    first, second, third = (one.application for one in reviews)
    assert room.following(reader, second) == (reviews[0], reviews[2])
    assert room.following(reader, first)[0] is None
    factories.mark(reviews[1])
    assert room.following(reader, first) == (None, reviews[2])
    assert room.following(reader, second) == (None, reviews[0])
    page = logged_in(reader).get(reverse("review", args=[first.pk])).content.decode()
    assert f'rel="next" href="{reverse("review", args=[third.pk])}"' in page


def test_lists_and_room_ask_the_same_number_of_questions(review: Review) -> None:
    call, reader = review.application.call, review.reviewer
    client = logged_in(reader)
    urls = [reverse("reviewing"), reverse("review", args=[review.application_id])]

    def asked() -> list[int]:
        numbers = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            numbers.append(len(seen))
        return numbers

    few = asked()
    for _file in range(4):
        factories.make_assigned(factories.make_screened(call), reviewers=[reader])
    assert asked() == few


def test_written_is_what_was_given() -> None:
    review = factories.make_assigned(reviewers=1)[0]
    written = reviewing.Written({}, {"strengths": "Good."}, Decimal(10), 2)
    kept = reviewing.save(review, written, now=timezone.now())
    assert (kept.strengths, kept.recommended, kept.confidence) == ("Good.", Decimal(10), 2)
    values: dict[str, Any] = {"begun_from": 0, "page": "x"}
    with pytest.raises(reviewing.StaleReview):
        reviewing.save(review, written, now=timezone.now(), **values)
