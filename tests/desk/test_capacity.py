"""The capacity page: what is left, if all pass too, and what waits; now, on a day, live."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role
from brustart.core import queue
from brustart.core.models import AuditEntry
from brustart.desk import waiting
from brustart.fund import accounts, ledger
from brustart.fund.models import Account
from scoring.screening import pipeline
from scoring.screening.models import Step
from tests.factories import (
    approve,
    ask_override,
    make_award,
    make_call,
    make_envelope,
    make_ineligible,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
    panel_of,
    seat,
)
from tests.pages import cost

pytestmark = pytest.mark.django_db


def test_figures_and_proposals_in_their_order(client: Client) -> None:
    call = make_call(cap=320_000)
    make_award(make_reviewed(make_screened(call)), amount=100_000)
    first = make_proposal(make_reviewed(make_screened(call)), amount=120_000)
    second = make_proposal(make_reviewed(make_screened(call)), amount=110_000)
    approve(first, panel_of(call)[0])
    client.force_login(make_user(Role.FUND_MANAGER))
    (picture,) = client.get(reverse("capacity")).context["pictures"]
    assert picture.capacity.left == Decimal(220_000)
    assert picture.capacity.left_if_all_pass == Decimal(-10_000)
    assert [
        (one.proposal.pk, one.proposal.approvals, one.left_after) for one in picture.proposals
    ] == [
        (first.pk, 1, Decimal(100_000)),
        (second.pk, 0, Decimal(-10_000)),
    ]
    assert [entry.sequence for entry in picture.entries] == [2, 1]


def test_piles_say_what_needs_a_fund_manager(client: Client) -> None:
    eligible, refused = make_screened(), make_ineligible()
    make_proposal()
    client.force_login(make_user(Role.FUND_MANAGER))
    context = client.get(reverse("capacity")).context
    piles = {pile.state: [file.pk for file in pile.files] for pile in context["piles"]}
    assert piles == {State.FAILS_RULES: [refused.pk], State.ELIGIBLE: [eligible.pk]}
    assert {one.state: one.count for one in context["states"]} == {
        State.ELIGIBLE: 1,
        State.FAILS_RULES: 1,
        State.PROPOSED: 1,
    }


def test_a_long_pile_shows_the_oldest_and_counts_them_all(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SHOWN", 2)
    files = [make_screened(), make_screened(), make_screened()]
    since = timezone.now() - timedelta(days=3)
    Application.objects.filter(pk=files[2].pk).update(state_since=since)
    refused = make_ineligible()
    client.force_login(make_user(Role.AUDITOR))
    piles = client.get(reverse("capacity")).context["piles"]
    assert {pile.state: (pile.files, pile.count) for pile in piles} == {
        State.FAILS_RULES: ([refused], 1),
        State.ELIGIBLE: ([files[2], files[0]], 3),
    }


def test_only_envelopes_of_listed_calls_are_shown_brustart_first(client: Client) -> None:
    make_call(envelope=make_envelope(code="another"))
    make_call(envelope=make_envelope(code="brustart"))
    make_call(envelope=make_envelope(code="hidden"), listed=False)
    client.force_login(make_user(Role.AUDITOR))
    pictures = client.get(reverse("capacity")).context["pictures"]
    assert [picture.envelope.code for picture in pictures] == ["brustart", "another"]


def test_an_empty_portal_says_so(client: Client) -> None:
    client.force_login(make_user(Role.FUND_MANAGER, language="en"))
    assert client.get(reverse("capacity")).status_code == 200


def test_another_verdict_waits_for_everybody_but_who_asked(client: Client) -> None:
    application, asking = make_ineligible(), make_user(Role.FUND_MANAGER)
    asked = ask_override(application, actor=asking)
    link = reverse("answer_override", args=[asked.pk])
    seen = {}
    for person in (asking, make_user(Role.FUND_MANAGER), make_user(Role.AUDITOR)):
        client.force_login(person)
        response = client.get(reverse("capacity"))
        seen[person.role, person == asking] = (
            len(response.context["to_confirm"]), link in response.content.decode()
        )  # fmt: skip
    assert seen == {
        (Role.FUND_MANAGER, True): (0, False),
        (Role.FUND_MANAGER, False): (1, True),
        (Role.AUDITOR, False): (1, False),
    }


def test_a_stopped_screening_is_listed_and_tried_again(client: Client) -> None:
    application = make_submitted()
    pipeline.begin(application.pk, now=timezone.now())
    step = Step.objects.get(place=0)
    Step.objects.filter(pk=step.pk).update(
        state=queue.State.FAILED, attempt=5, error="OSError: away", finished_at=timezone.now()
    )
    client.force_login(make_user(Role.FUND_MANAGER))
    assert list(client.get(reverse("capacity")).context["stopped"]) == [application]
    file, again = (reverse(name, args=[application.pk]) for name in ("file", "retry_steps"))
    page = client.get(file).content.decode()
    assert again in page
    assert "away" in page
    assert "OSError" not in page  # for programmers; the system page says it
    assert client.post(again).url == f"{file}#screening"
    step.refresh_from_db()
    assert (step.state, step.attempt) == (queue.State.QUEUED, 0)
    assert AuditEntry.objects.filter(act="work.retried").count() == 1
    assert client.post(again).url == f"{file}#screening"  # a double click
    assert AuditEntry.objects.filter(act="work.retried").count() == 1
    client.force_login(application.author)
    assert again not in client.get(file).content.decode()
    assert client.post(again).status_code == 403


def look(client: Client, etag: str = "") -> tuple[int, str, int]:
    """What the live part answers: status, its mark, and how many questions it asked."""
    headers = {"if-none-match": etag} if etag else {}
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse("capacity_live"), headers=headers)
    assert response["Cache-Control"] == "private, no-cache"
    if response.status_code == 304:
        assert response.content == b""
    return response.status_code, response["ETag"], len(queries)


def commit(envelope: Account, number: int) -> None:
    """So many small awards, straight into the ledger."""
    how = {"actor": None, "now": timezone.now()}
    for one in range(number):
        award = accounts.open_award_account(envelope, asked=Decimal(100))
        ledger.commit(award, Decimal(100), reference=f"award {one}", **how)


def test_nothing_new_costs_four_questions_however_long_the_ledger_is(client: Client) -> None:
    call = make_call()
    make_proposal(make_reviewed(make_screened(call)))
    client.force_login(make_user(Role.FUND_MANAGER))
    status, etag, _cost = look(client)
    assert (status, etag[0], etag[-1]) == (200, '"', '"')  # a strong one
    assert look(client, etag)[:2] == (304, etag)
    few = look(client, etag)[2]
    commit(call.envelope.account, 40)
    etag = look(client)[1]
    assert look(client, etag) == (304, etag, few)
    assert few <= 4


def test_the_mark_changes_with_all_that_the_part_shows(client: Client) -> None:
    call = make_call()
    seat(call)
    client.force_login(make_user(Role.FUND_MANAGER))
    marks = [look(client)[1]]

    def is_new() -> bool:
        status, etag, _cost = look(client, marks[-1])
        marks.append(etag)
        return status == 200

    assert not is_new()
    commit(call.envelope.account, 1)
    assert is_new()
    proposal = make_proposal(make_reviewed(make_screened(call)))
    assert is_new()
    approve(proposal, panel_of(call)[0])
    assert is_new()
    make_call(envelope=make_envelope(code="another"))
    assert is_new()
    assert not is_new()


def test_the_live_part_is_what_the_page_shows_and_says_what_changed(client: Client) -> None:
    call = make_call(cap=320_000)
    client.force_login(make_user(Role.FUND_MANAGER))
    page = client.get(reverse("capacity"))
    part = client.get(reverse("capacity_live"))
    assert page.context["etag"] == part["ETag"]
    assert 'hx-trigger="every 1500ms"' in page.content.decode()
    commit(call.envelope.account, 1)
    html = client.get(reverse("capacity_live")).content.decode()
    assert 'hx-swap-oob="innerHTML"' in html
    assert "319" in html.partition("capacity-news")[2]
    assert "<html" not in html


def test_it_is_live_for_the_funds_own_people_alone(client: Client) -> None:
    for role in (Role.APPLICANT, Role.REVIEWER, Role.ADMINISTRATOR):
        client.force_login(make_user(role))
        for name in ("capacity_live", "capacity_breakdown", "capacity_over_time"):
            assert client.get(reverse(name)).status_code == 403


def test_as_it_stood_on_a_day(client: Client) -> None:
    call = make_call(cap=320_000)
    account, now = call.envelope.account, timezone.now()
    award = accounts.open_award_account(account, asked=Decimal(50_000))
    old = now - timedelta(days=10)
    ledger.commit(award, Decimal(50_000), actor=None, now=old, reference="old")
    commit(account, 1)
    client.force_login(make_user(Role.FUND_MANAGER))
    day = timezone.localdate(now) - timedelta(days=5)
    response = client.get(reverse("capacity"), {"at": day.isoformat()})
    (picture,) = response.context["pictures"]
    assert picture.capacity.committed == 50_000
    assert [entry.reference for entry in picture.entries] == ["old"]
    html = response.content.decode()
    assert "notice-warn" in html
    assert "hx-get" not in html  # what was does not change
    today = client.get(reverse("capacity"), {"at": timezone.localdate(now).isoformat()}).context
    assert today["pictures"][0].capacity.committed == 50_100


def test_a_proposal_is_open_from_its_day_until_it_ended(client: Client) -> None:
    call = make_call()
    proposal = make_proposal(make_reviewed(make_screened(call)))
    begun = timezone.now() - timedelta(days=10)
    type(proposal).objects.filter(pk=proposal.pk).update(proposed_at=begun)
    for person in panel_of(call)[: call.quorum]:
        approve(proposal, person)
    client.force_login(make_user(Role.AUDITOR))

    def proposed(days: int) -> Decimal:
        day = timezone.localdate() - timedelta(days=days)
        context = client.get(reverse("capacity"), {"at": day.isoformat()}).context
        found: Decimal = context["pictures"][0].capacity.proposed
        return found

    assert [proposed(days) for days in (11, 10, 5, 0)] == [0, proposal.amount, proposal.amount, 0]


@pytest.mark.parametrize("told", ["tomorrow", "2026-13-01", "2999-01-01"])
def test_a_day_that_has_not_come_or_is_none_is_refused(client: Client, told: str) -> None:
    make_call()
    client.force_login(make_user(Role.FUND_MANAGER))
    response = client.get(reverse("capacity"), {"at": told})
    assert response.status_code == 200
    assert response.context["form"].errors["at"]
    assert "error-summary" in response.content.decode()
    assert len(response.context["pictures"]) == 1  # as it stands


def test_parts_are_pages_of_their_own_without_scripts(client: Client) -> None:
    make_award(make_reviewed(make_screened(make_call())))
    client.force_login(make_user(Role.FUND_MANAGER))
    for name in ("capacity_over_time", "capacity_breakdown"):
        whole = client.get(reverse(name)).content.decode()
        part = client.get(reverse(name), headers={"hx-request": "true"}).content.decode()
        assert "<html" in whole
        assert "<html" not in part
        assert "<table" in whole
        assert "<table" in part
    for code in ("none", "no\0ne"):
        assert client.get(reverse("capacity_breakdown"), {"envelope": code}).status_code == 404


def test_thirty_files_and_entries_cost_what_one_costs(client: Client) -> None:
    call = make_call()
    client.force_login(make_user(Role.FUND_MANAGER))
    urls = [reverse(name) for name in ("capacity", "capacity_over_time", "capacity_breakdown")]
    make_award(make_reviewed(make_screened(call)))
    one = cost(client, *urls)
    for _file in range(3):
        make_award(make_reviewed(make_screened(call)))
    commit(call.envelope.account, 60)
    assert cost(client, *urls) == one


def test_what_somebody_must_pay_for_leads_to_its_files(client: Client) -> None:
    """Committed and paid are sums of exactly the files behind them."""
    award = make_award(make_reviewed(make_screened(make_call())))
    make_award(make_reviewed(make_screened(award.application.call)), amount=50_000)
    for act in (ledger.liquidate, ledger.order, ledger.pay):
        act(award.account, Decimal(10), actor=None, now=timezone.now(), reference="claim")
    client.force_login(make_user(Role.FUND_MANAGER))
    html = client.get(reverse("capacity")).content.decode()
    for choice, number in (("yes", 2), ("paid", 1)):
        query = f"?award={choice}&amp;envelope=brustart"
        assert f"{reverse('files')}{query}" in html
        page = client.get(reverse("files") + query.replace("&amp;", "&"))
        assert page.context["page_obj"].paginator.count == number
