"""Proposing and deciding, over HTTP."""

from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory
from django.urls import reverse

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards.models import Award, Proposal, Vote
from tests import factories
from tests.pages import logged_in

pytestmark = pytest.mark.django_db


def page(name: str, file: Application) -> str:
    return reverse(name, kwargs={"pk": file.pk})


def decide(proposal: Proposal, voter: User, act: str = "approve", **changes: Any) -> Any:
    data = {"act": act, "read_hash": proposal.sha256, **changes}
    return logged_in(voter).post(page("decide", proposal.application), data)


@pytest.fixture
def manager() -> Client:
    return logged_in(factories.make_user(Role.FUND_MANAGER))


# --- the fund manager --------------------------------------------------------------------------


def test_an_award_is_proposed(manager: Client) -> None:
    file = factories.make_reviewed()
    url = page("propose", file)
    words = manager.get(url).content.decode()
    assert 'value="120,000' in words
    assert "€300,000" in words  # of headroom
    data = {"amount": "100,000.00", "instrument": "grant", "reasons": "New and feasible."}
    assert manager.post(url, data).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.amount, proposal.instrument) == (100_000, "grant")
    late = manager.post(url, data)
    assert late.status_code == 409
    assert "Award proposed" in late.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"amount": "120,001"}, 409, "an award cannot be higher"),
        ({"amount": "0"}, 200, "There is a problem"),
        ({"reasons": " "}, 200, "Give the reasons"),
        ({"instrument": "gift"}, 200, "There is a problem"),
    ],
)
def test_what_cannot_be_proposed(
    manager: Client, changes: dict[str, str], status: int, words: str
) -> None:
    file = factories.make_reviewed()
    data = {"amount": "100,000", "instrument": "grant", "reasons": "Typed at length."}
    answer = manager.post(page("propose", file), data | changes)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert changes.get("reasons", "Typed at length.") in answer.content.decode()
    assert not Proposal.objects.exists()


def test_waiting_then_not_awarded(manager: Client) -> None:
    file = factories.make_reviewed()
    assert manager.get(page("wait", file)).status_code == 200
    assert manager.post(page("wait", file)).status_code == 302
    assert manager.post(page("wait", file)).status_code == 409
    assert "Give the grounds" in manager.post(page("reject", file), {}).content.decode()
    assert (
        manager.post(page("reject", file), {"grounds": "Others went further."}).status_code == 302
    )
    file.refresh_from_db()
    assert file.state == State.REJECTED


# --- the panel ---------------------------------------------------------------------------------


def test_two_approvals_commit() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = factories.panel_of(proposal.application.call)
    words = logged_in(first).get(page("decide", proposal.application)).content.decode()
    assert "Nothing is committed yet" in words
    assert proposal.sha256 in words
    assert decide(proposal, first).status_code == 302
    words = logged_in(second).get(page("decide", proposal.application)).content.decode()
    assert "€100,000 will be committed; €3,900,000 will be left" in words
    assert decide(proposal, second)["Location"] == reverse("reviewing")
    assert Award.objects.get().amount == 100_000


def test_the_cap_refuses_with_its_numbers() -> None:
    proposal = factories.make_proposal(call=factories.make_call(cap=90_000), amount=100_000)
    first, second, _third = factories.panel_of(proposal.application.call)
    decide(proposal, first)
    words = logged_in(second).get(page("decide", proposal.application)).content.decode()
    assert "Only €90,000 is left" in words
    answer = decide(proposal, second)
    assert answer.status_code == 409
    words = answer.content.decode()
    assert "The cap refuses: €90,000 left, €100,000 asked." in words
    assert "Nothing was changed" in words
    assert Vote.objects.count() == 1


def test_a_double_click_is_harmless() -> None:
    proposal = factories.make_proposal()
    first, second, third = factories.panel_of(proposal.application.call)
    decide(proposal, first)
    again = decide(proposal, first)
    assert (again.status_code, Vote.objects.count()) == (409, 1)
    assert "You have already decided" in again.content.decode()
    decide(proposal, second)
    late = decide(proposal, third)
    assert (late.status_code, Vote.objects.count()) == (409, 2)
    assert "no longer open" in late.content.decode()


def test_one_reads_what_one_approves() -> None:
    proposal = factories.make_proposal()
    first = factories.panel_of(proposal.application.call)[0]
    answer = decide(proposal, first, read_hash="")
    assert answer.status_code == 409
    assert "changed since you opened it" in answer.content.decode()


def test_a_refusal_needs_its_reason_and_hides_the_file_again() -> None:
    proposal = factories.make_proposal()
    voter = factories.panel_of(proposal.application.call)[2]  # has no review of the file
    assert "Give the reason" in decide(proposal, voter, "refuse").content.decode()
    for _click in range(2):
        answer = decide(proposal, voter, "refuse", reason="No market.")
        assert answer["Location"] == reverse("reviewing")
    assert Application.objects.get().state == State.REVIEWED
    assert Vote.objects.count() == 1


def test_the_page_counts_what_the_reader_may_not_see() -> None:
    proposal = factories.make_proposal(call=factories.make_call(), amount=100_000)
    factories.make_proposal(call=factories.make_call(), amount=120_000)
    first = factories.panel_of(proposal.application.call)[0]
    words = logged_in(first).get(page("decide", proposal.application)).content.decode()
    assert "1 proposal of another panel: €120,000" in words
    assert "€3,780,000" in words  # left if every open proposal passes
    assert "€300,000" in words  # of headroom under the de minimis ceiling


def test_an_external_reader_sees_why_they_do_not_vote() -> None:
    call = factories.make_call(panel_size=2)
    reader = factories.seat(call, approves=False)
    file = factories.make_screened(call=call)
    for review in factories.make_assigned(file, reviewers=[reader]):
        factories.mark(review)
    factories.add_up()
    proposal = factories.make_proposal(file)
    words = logged_in(reader).get(page("decide", file)).content.decode()
    assert "Only the panel reviewers of this call" in words
    assert 'value="approve"' not in words
    assert decide(proposal, reader).status_code == 409


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_for_its_role(role: Role) -> None:
    file = factories.make_proposal().application
    client = logged_in(factories.make_user(role))
    for name in ("propose", "reject", "wait"):
        wanted = 200 if role == Role.FUND_MANAGER else 403
        assert client.get(page(name, file)).status_code == wanted
    wanted = 404 if role == Role.REVIEWER else 403
    assert client.get(page("decide", file)).status_code == wanted


# --- the second factor -------------------------------------------------------------------------


def with_factor(client: Client, user: User, *, minutes_ago: float) -> None:
    """The second factor was shown that long ago, and the password entered again just now."""
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, user, "mfa", type="totp")
    request.session["account_authentication_methods"][-1]["at"] -= minutes_ago * 60
    record_authentication(request, user, "password", reauthenticated=True)
    request.session["second_factor"] = True
    request.session.save()


def test_an_approval_asks_for_the_second_factor_of_the_last_five_minutes(settings: Any) -> None:
    settings.DEMO_MFA = True
    proposal = factories.make_proposal()
    voter = factories.panel_of(proposal.application.call)[0]
    client = logged_in(voter)
    url = page("decide", proposal.application)
    data = {"act": "approve", "read_hash": proposal.sha256}
    with_factor(client, voter, minutes_ago=6)
    assert "Show it now" in client.get(url).content.decode()
    sent = client.post(url, data)
    assert sent.status_code == 302
    assert sent["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Vote.objects.exists()
    with_factor(client, voter, minutes_ago=1)
    assert "Show it now" not in client.get(url).content.decode()
    client.post(url, data)
    vote = Vote.objects.get()
    assert vote.factor_at is not None
    assert vote.factor_at < vote.at
