"""Each part in a startup opens what it is for, and nothing more: over HTTP, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import lifecycle, requesting, sharing
from applications.models import (
    Application,
    Document,
    Membership,
    Part,
    Section,
    Submission,
    TimelineEntry,
)
from applications.states import State
from brustart.accounts.access import get_or_404, sees, visible_to
from brustart.accounts.models import Role, User
from tests.factories import make_call, make_draft, make_empty_draft, make_screened, make_user
from tests.pages import form_data, links

pytestmark = pytest.mark.django_db
FIGURES = ("size", "budget")
WORDS = ("startup", "project", "team", "work_plan", "ownership", "aid", "declarations")
EVERY = (*FIGURES, *WORDS)
PAGES = ("tasks", "check", "received", "withdraw")


def member(application: Application, part: Part) -> User:
    user = make_user()
    Membership.objects.create(startup=application.startup, user=user, part=part)
    return user


def logged_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def url(application: Application, key: str) -> str:
    return reverse("section", args=[application.pk, key])


def versions(application: Application) -> dict[str, int]:
    rows = Section.objects.filter(application=application)
    return dict(rows.values_list("name", "version"))


def sections_linked(response: Any, application: Application) -> set[str]:
    """The sections to which the page leads."""
    found = {link.partition("#")[0] for link in links(response)}
    return {key for key in EVERY if url(application, key) in found}


@pytest.mark.parametrize(
    ("part", "writes", "reads"),
    [
        (Part.OWNER, EVERY, EVERY),
        (Part.EDITOR, EVERY, EVERY),
        (Part.READER, (), EVERY),
        (Part.ACCOUNTANT, FIGURES, FIGURES),
    ],
)
def test_each_part_reads_and_changes_its_sections(
    part: Part, writes: tuple[str, ...], reads: tuple[str, ...]
) -> None:
    application = make_draft()
    owner, client = logged_in(application.author), logged_in(member(application, part))
    for key in EVERY:
        shown = client.get(url(application, key))
        assert shown.status_code == (200 if key in reads else 403), key
        sent = form_data(owner.get(url(application, key)))
        before = versions(application)
        for headers in ({}, {"accept": "application/json"}):
            response = client.post(url(application, key), sent, headers=headers)
            assert (response.status_code in {200, 302}) == (key in writes), key
            assert response.status_code in {200, 302, 403}
        assert (versions(application) != before) == (key in writes)
    assert sections_linked(client.get(reverse("tasks", args=[application.pk])), application) == set(
        reads
    )
    assert sections_linked(client.get(reverse("check", args=[application.pk])), application) == set(
        writes
    )


@pytest.mark.parametrize("part", [Part.EDITOR, Part.READER, Part.ACCOUNTANT])
def test_submitting_and_withdrawing_are_the_owners(part: Part) -> None:
    application = make_draft()
    client = logged_in(member(application, part))
    check = reverse("check", args=[application.pk])
    page = client.get(check).content.decode()
    assert "Only an owner of the startup can submit" in page
    assert "binds_company" not in page
    response = client.post(check, {"binds_company": "yes"})
    assert response.status_code == 409
    withdraw = reverse("withdraw", args=[application.pk])
    for response in (client.get(withdraw), client.post(withdraw)):
        assert response.status_code == 302
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_a_reader_is_shown_no_button_to_save() -> None:
    application = make_draft()
    page = logged_in(member(application, Part.READER)).get(url(application, "project"))
    assert b"Save and go on" not in page.content
    assert b"data-read-only" in page.content


def test_an_accountant_checks_the_figures_alone() -> None:
    application = make_draft(title=None, staff=None, requested=None)
    client = logged_in(member(application, Part.ACCOUNTANT))
    response = client.get(reverse("check", args=[application.pk]))
    assert [one["key"] for one in response.context["sections"]] == ["budget", "size"]
    assert {gap.section for gap, _url in response.context["gaps"]} == {"budget", "size"}
    for hidden in ("Rounds are planned from memory.", "Ada Lemmens", "deck.pdf", "Title"):
        assert hidden not in response.content.decode()


def test_an_accountant_does_not_learn_what_became_of_the_file() -> None:
    application = make_draft()
    accountant = member(application, Part.ACCOUNTANT)
    client = logged_in(accountant)
    lifecycle.submit(application, actor=application.author, now=timezone.now())
    for name in ("received", "file", "check"):
        response = client.get(reverse(name, args=[application.pk]), follow=True)
        assert response.redirect_chain[-1][0] == reverse("my_files")
        assert Submission.objects.get().receipt not in response.content.decode()
    for model in (Submission, TimelineEntry, Document):
        assert not visible_to(accountant, model).exists()
        assert not any(sees(accountant, row) for row in model._default_manager.all())
        assert visible_to(application.author, model).exists()
    assert visible_to(accountant, Application).get() == application


def test_a_guest_writes_what_this_browser_began_and_signs_up_to_submit() -> None:
    call, guest = make_call(), Client()
    guest.post(reverse("begin", args=[call.code]))
    application = Application.objects.get()
    for key in EVERY:
        sent = form_data(guest.get(url(application, key)))
        assert guest.post(url(application, key), sent).status_code == 302
    assert set(versions(application).values()) == {0, 1}
    check = reverse("check", args=[application.pk])
    assert b"Create an account" in guest.get(check).content
    assert guest.post(check).url.startswith(reverse("account_signup"))
    other = Client()
    other.post(reverse("begin", args=[call.code]))
    assert Application.objects.count() == 2
    for client in (other, Client()):
        for address in own_urls(application):
            assert client.get(address).url.startswith(reverse("account_login"))
    assert logged_in(make_user()).get(check).status_code == 404


def own_urls(application: Application) -> list[str]:
    pages = [reverse(name, args=[application.pk]) for name in PAGES]
    return [*pages, url(application, "budget")]


def test_nobody_elses_files(client: Client) -> None:
    application = make_empty_draft()
    client.force_login(make_user())
    for address in own_urls(application):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code in {404, 405}
    assert application.reference not in client.get(reverse("my_files")).content.decode()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_other_roles_do_not_apply(client: Client, role: Role) -> None:
    application = make_empty_draft()
    client.force_login(make_user(role))
    for address in [*own_urls(application), reverse("my_files")]:
        assert client.get(address).status_code == 403
    assert client.post(reverse("begin", args=[application.call.code])).status_code == 403


def test_strangers_log_in_first(client: Client) -> None:
    application = make_empty_draft()
    for address in own_urls(application):
        assert client.get(address).url.startswith("/en/account/login/?next=")


# --- the fund ---------------------------------------------------------------------------------


def test_a_draft_does_not_exist_for_the_fund(client: Client) -> None:
    application = make_empty_draft()
    client.force_login(make_user(Role.FUND_MANAGER))
    for address in own_urls(application):
        assert client.get(address).status_code == 404


def test_the_fund_reads_an_answer_once_it_is_handed_in_and_not_while_it_is_typed(
    client: Client,
) -> None:
    application, now = make_screened(), timezone.now()
    manager = make_user(Role.FUND_MANAGER)
    requesting.ask(
        application, sections=["project"], question="Who?", until=now + timedelta(days=1),
        actor=manager, now=now,
    )  # fmt: skip
    client.force_login(manager)
    file = reverse("file", args=[application.pk])
    for name in ("tasks", "check", "received"):
        assert client.get(reverse(name, args=[application.pk])).url == file
        assert client.post(reverse(name, args=[application.pk])).status_code in {302, 405}
    for method in (client.get, client.post):
        assert method(url(application, "project")).status_code == 403


def test_a_file_on_paper_is_written_by_the_fund(client: Client) -> None:
    application = make_draft()
    Application.objects.update(paper_received_on=timezone.localdate())
    application.startup.memberships.all().delete()
    client.force_login(make_user(Role.FUND_MANAGER))
    address = url(application, "project")
    sent = form_data(client.get(address)) | {"title": ["As on paper"]}
    assert client.post(address, sent).status_code == 302
    assert client.get(reverse("check", args=[application.pk])).context["may_submit"]
    application.refresh_from_db()
    assert application.title == "As on paper"


# --- the rule itself --------------------------------------------------------------------------


def test_the_file_is_found_with_the_readers_part_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    application = make_empty_draft()
    for part in Part:
        reader = member(application, part)
        with django_assert_num_queries(1):
            found = sharing.find(reader, "call", "startup", pk=application.pk)
            assert (found.my_part, found.startup, found.call) == (
                part, application.startup, application.call,
            )  # fmt: skip
        assert found.is_mine == (part == Part.OWNER)


def test_the_fund_writes_to_owners_and_editors() -> None:
    application = make_empty_draft()
    others = {part: member(application, part) for part in Part}
    told = sharing.writers(application)
    assert told == [application.author, others[Part.OWNER], others[Part.EDITOR]]


def test_nobody_reads_a_file_without_a_part_in_it() -> None:
    application = make_empty_draft()
    Application.objects.update(author=None)
    nobody = AnonymousUser()
    assert not visible_to(nobody, Application).exists()
    nobody.drafts = frozenset({application.pk})  # type: ignore[attr-defined]
    assert get_or_404(nobody, Application, pk=application.pk) == application
    assert sharing.find(nobody, pk=application.pk).is_mine
    assert not any(sharing.may_read(Application(), key) for key in EVERY)
    assert not any(sharing.may_write(Application(), key) for key in EVERY)
