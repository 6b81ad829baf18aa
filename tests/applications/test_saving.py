"""Saving by itself and saving at the same time: nothing is overwritten unseen, nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import lifecycle, timeline
from applications.models import Application, Membership, Part, Section
from brustart.accounts.models import User
from tests.applications.test_drafting import ON_PAGES, answers, page, section
from tests.factories import fill, make_draft, make_empty_draft, make_user
from tests.mirabelle import BUDGET
from tests.pages import form_data, ids, links

BY_ITSELF = {"accept": "application/json"}
TOTALS = {"work_plan", "budget", "ownership", "aid"}
MOST_QUERIES = 6
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def member(application: Application, part: Part) -> User:
    user = make_user()
    Membership.objects.create(startup=application.startup, user=user, part=part)
    return user


@contextmanager
def counted() -> Iterator[list[str]]:
    """What the database is asked; beginning and ending a transaction asks it nothing."""
    asked: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield asked
    asked += [one["sql"] for one in queries if not one["sql"].startswith(TRANSACTION)]


# --- by itself --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("key", ON_PAGES[:-1])
def test_a_page_saves_itself_with_few_questions_to_the_database(client: Client, key: str) -> None:
    application = make_draft(track="ehealth")
    client.force_login(member(application, Part.EDITOR))
    url = reverse("section", args=[application.pk, key])
    sent = form_data(client.get(url))
    with counted() as asked:
        response = client.post(url, sent, headers=BY_ITSELF)
    told = response.json()
    kept = section(application, key)
    assert (response.status_code, told["version"]) == (200, kept.version)
    assert told["saved"] == f"Saved {timezone.localtime(kept.saved_at):%H:%M}"
    assert ("<section" in told["totals"]) == (key in TOTALS)
    assert len(asked) <= MOST_QUERIES, asked


@pytest.mark.django_db
def test_what_a_list_repeats_costs_one_question_more(client: Client) -> None:
    application = make_draft()
    for key, changed in (("project", {"title": ["Other"]}), ("budget", {"requested": ["90000"]})):
        url = page(client, application, key)
        sent = form_data(client.get(url)) | changed
        with counted() as asked:
            assert client.post(url, sent, headers=BY_ITSELF).status_code == 200
        assert len(asked) <= MOST_QUERIES, asked
    application.refresh_from_db()
    assert (application.title, application.requested) == ("Other", 90_000)


@pytest.mark.django_db
def test_the_totals_come_with_what_is_saved(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "budget")
    sent = form_data(client.get(url)) | {"requested": ["160,000"]}
    told = client.post(url, sent, headers=BY_ITSELF).json()["totals"]
    for shown in ("€176,000", "€160,000 (90.9%)", "€16,000", "more than 70%"):
        assert shown in told
    assert told.strip() in client.get(url).content.decode()


@pytest.mark.django_db
def test_what_cannot_be_read_is_saved_by_itself_too(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "budget")
    sent = form_data(client.get(url)) | {"requested": ["a lot"]}
    assert client.post(url, sent, headers=BY_ITSELF).status_code == 200
    assert section(application, "budget").unread == {"requested": "a lot"}


@pytest.mark.django_db
def test_a_page_that_cannot_save_itself_says_why_and_overwrites_nothing(client: Client) -> None:
    application = make_draft(title="As handed in")
    url = page(client, application, "project")
    sent = form_data(client.get(url)) | {"title": ["Too late"]}
    lifecycle.submit(application, actor=application.author, now=timezone.now())
    response = client.post(url, sent, headers=BY_ITSELF)
    assert response.status_code == 409
    assert "can no longer be changed" in response.json()["message"]
    assert answers(application, "project")["title"] == "As handed in"


# --- at the same time -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_save_sent_twice_is_not_its_own_rival(client: Client) -> None:
    """The answer to the first did not arrive: the page sends again, from the version it knows."""
    application = make_draft()
    url = page(client, application, "project")
    sent = form_data(client.get(url))
    for title in ("One", "One", "Two"):
        response = client.post(url, sent | {"title": [title]}, headers=BY_ITSELF)
        assert response.status_code == 200
    assert response.json()["version"] == int(sent["version"][0]) + 3
    assert answers(application, "project")["title"] == "Two"


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [BY_ITSELF, {}])
def test_a_second_tab_overwrites_nothing(client: Client, headers: dict[str, str]) -> None:
    application = make_draft()
    url = page(client, application, "project")
    first, second = form_data(client.get(url)), form_data(client.get(url))
    assert first["page"] != second["page"]
    client.post(url, first | {"title": ["First tab"]}, headers=headers)
    response = client.post(url, second | {"title": ["Second tab"]}, headers=headers)
    assert response.status_code == 409
    assert b"nothing was overwritten" in response.content
    assert answers(application, "project")["title"] == "First tab"
    later = client.post(url, first | {"title": ["First tab again"]}, headers=headers)
    assert later.status_code != 409
    assert answers(application, "project")["title"] == "First tab again"


@pytest.mark.django_db
def test_a_save_that_does_not_say_from_which_page_is_held_to_its_version(client: Client) -> None:
    application = make_draft(title="Saved by a colleague")
    url = page(client, application, "project")
    sent = form_data(client.get(url)) | {"page": [""], "title": ["Mine"]}
    assert section(application, "project").saved_page == ""
    for version in ("0", "", "²", "-1", "9" * 5000):
        assert client.post(url, sent | {"version": [version]}).status_code == 409
    assert answers(application, "project")["title"] == "Saved by a colleague"


@pytest.mark.django_db
def test_a_stale_page_shows_both_texts_and_may_replace_the_other(client: Client) -> None:
    application = make_draft(title="Saved by a colleague")
    url = page(client, application, "project")
    mine = form_data(client.get(url)) | {"title": ["My own title"], "version": ["0"]}
    response = client.post(url, mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Saved by a colleague" in text
    assert str(application.author) in text
    assert "#id_title" in links(response)
    assert "#id_solution" not in links(response)  # the same in both
    again = form_data(response)
    assert again["title"] == ["My own title"]
    assert answers(application, "project")["title"] == "Saved by a colleague"
    assert again["version"] == ["1"]
    assert client.post(url, again).status_code == 302
    assert answers(application, "project")["title"] == "My own title"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("project", {"title": ["Other"], "track": ["ehealth"], "problem": ["x" * 10_001]}),
        ("team", {"skills": ["domain"], "members-1-name": ["Somebody"]}),
        ("ownership", {"owners-0-share": ["1"], "holdings-0-name": ["New"]}),
        ("size", {"insolvency": ["yes"], "staff": ["9"]}),
        ("declarations", {"true": []}),
        ("startup", {"city": ["Ixelles"]}),
        ("startup", {"enterprise_number": ["no number"]}),
    ],
)  # fmt: skip
def test_each_answer_that_differs_leads_to_its_place_on_the_page(
    client: Client, key: str, changes: dict[str, list[str]]
) -> None:
    application = make_draft()
    url = page(client, application, key)
    sent = form_data(client.get(url)) | {"version": ["0"]}
    response = client.post(url, sent | changes)
    assert response.status_code == 409
    rows = response.context["saved_rows"]
    assert len(rows) == len({name.partition("-")[0] for name in changes})
    places = [row["change_url"] for row in rows]
    assert "#main" not in places
    assert {place.removeprefix("#") for place in places} <= set(ids(response))


@pytest.mark.django_db
def test_a_stale_page_that_says_the_same_says_so(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "budget")
    response = client.post(url, form_data(client.get(url)) | {"version": ["0"]})
    assert b"The same answers are saved already." in response.content


@pytest.mark.django_db
def test_a_submitted_file_keeps_its_answers_and_the_page_what_was_typed(client: Client) -> None:
    application = make_draft(title="As handed in")
    url = page(client, application, "project")
    sent = form_data(client.get(url)) | {"title": ["Too late"]}
    lifecycle.submit(application, actor=application.author, now=timezone.now())
    response = client.post(url, sent)
    assert response.status_code == 409
    assert form_data(response)["title"] == ["Too late"]
    assert answers(application, "project")["title"] == "As handed in"


@pytest.mark.django_db
def test_sections_are_saved_each_by_itself(client: Client) -> None:
    """Two people on two sections never stand in each other's way."""
    application = make_draft()
    url = page(client, application, "project")
    sent = form_data(client.get(url)) | {"title": ["Mine"]}
    fill(application, "budget", BUDGET | {"other": 1}, now=timezone.now())
    assert client.post(url, sent).status_code == 302
    assert answers(application, "budget")["other"] == "1.00"


@pytest.mark.django_db
def test_a_section_that_came_later_than_the_draft_is_begun_when_it_is_saved(
    client: Client,
) -> None:
    application = make_empty_draft()
    Section.objects.filter(application=application, name__in=["aid", "ownership"]).delete()
    url = page(client, application, "aid")
    response = client.post(
        url, form_data(client.get(url)) | {"any_aid": ["none"]}, headers=BY_ITSELF
    )
    assert response.status_code == 200
    assert answers(application, "aid") == {"any_aid": "none"}


# --- how a page grows -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "table"),
    [("team", "members"), ("work_plan", "milestones"), ("ownership", "owners"), ("aid", "aid")],
)
def test_thirty_rows_ask_the_database_what_one_asks(client: Client, key: str, table: str) -> None:
    application = make_draft(de_minimis_received=1_000)
    kept = section(application, key)
    found = {}
    for number in (1, 30):
        kept.answers[table] = [kept.answers[table][0]] * number
        kept.save()
        for name in ("section", "check", "tasks"):
            client.force_login(application.author)
            place = [application.pk, key] if name == "section" else [application.pk]
            with counted() as asked:
                assert client.get(reverse(name, args=place)).status_code == 200
            found.setdefault(name, []).append(len(asked))
    assert {name: one for name, (one, _thirty) in found.items()} == {
        name: thirty for name, (_one, thirty) in found.items()
    }
    assert max(max(counts) for counts in found.values()) <= 20, found


@pytest.mark.django_db
def test_a_files_page_asks_the_same_for_a_long_history(client: Client) -> None:
    application = make_draft()
    now = timezone.now()
    lifecycle.submit(application, actor=application.author, now=now)
    client.force_login(application.author)
    url = reverse("file", args=[application.pk])
    found = []
    for more in (0, 30):
        for _entry in range(more):
            timeline.write(
                application, "information_given", now=now, actor=make_user(), receipt="x"
            )
        with counted() as asked:
            assert client.get(url).status_code == 200
        found.append(len(asked))
    assert found[0] == found[1]
