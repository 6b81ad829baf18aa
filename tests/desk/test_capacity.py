"""The capacity page: what is left, what is left if all pass, and what waits."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.states import State
from brustart.accounts.models import Role
from brustart.core import queue
from brustart.core.models import AuditEntry
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
)

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
