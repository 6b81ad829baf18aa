"""A file's page, the list of all, and a reviewer's two lists: each role sees its own, not more."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import lifecycle
from applications.models import Application
from brustart.accounts.models import Role, User
from brustart.core.models import Worker
from scoring.review import conflicts
from scoring.review.models import Review
from scoring.screening.models import Step
from tests.factories import (
    approve,
    make_assigned,
    make_award,
    make_call,
    make_empty_draft,
    make_ineligible,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
    mark,
    panel_of,
)

pytestmark = pytest.mark.django_db


def page(client: Client, user: User, application: Application, name: str = "file") -> str:
    """What stands below the demo's head, in which everybody is named."""
    client.force_login(user)
    response = client.get(reverse(name, args=[application.pk]))
    assert response.status_code == 200, response
    return response.content.decode().partition("<main")[2] or response.content.decode()


def acts(html: str, application: Application) -> set[str]:
    """The acts that the page offers as links."""
    names = ("assign", "ask", "ineligible", "propose", "reject", "wait", "review", "decide",
             "conflict", "withdraw")  # fmt: skip
    return {name for name in names if f'href="{reverse(name, args=[application.pk])}"' in html}


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.APPLICANT, "my_files"),
        (Role.REVIEWER, "reviewing"),
        (Role.FUND_MANAGER, "capacity"),
        (Role.AUDITOR, "capacity"),
        (Role.ADMINISTRATOR, "system"),
    ],
)
def test_each_role_begins_where_its_work_is(client: Client, role: Role, name: str) -> None:
    client.force_login(make_user(role))
    assert client.get(reverse("home")).url == reverse(name)


def test_a_draft_leads_its_startup_to_its_tasks_and_exists_for_nobody_else(client: Client) -> None:
    draft = make_empty_draft()
    client.force_login(draft.author)
    assert client.get(reverse("file", args=[draft.pk])).url == reverse("tasks", args=[draft.pk])
    for role in (Role.FUND_MANAGER, Role.AUDITOR, Role.REVIEWER, Role.ADMINISTRATOR):
        client.force_login(make_user(role))
        assert client.get(reverse("file", args=[draft.pk])).status_code == 404


def test_an_applicant_learns_nothing_of_marks_reviewers_and_proposals(client: Client) -> None:
    proposal = make_proposal(marks=[5, 2], amount=87_654)
    application = proposal.application
    html = page(client, application.author, application)
    reviewers = User.objects.filter(reviews__application=application)
    for secret in ("87,654", "Pre-score", "Panel score", "Award proposed", "All reviews are in"):
        assert secret not in html
    for person in [*reviewers, proposal.proposed_by]:
        assert person.name not in html
    assert application.submission.receipt in html
    assert "De minimis ceiling" in html
    assert acts(html, application) == {"withdraw"}


def test_somebody_elses_file_does_not_exist(client: Client) -> None:
    application = make_submitted()
    for stranger in (make_user(), make_user(Role.REVIEWER), make_user(Role.ADMINISTRATOR)):
        client.force_login(stranger)
        assert client.get(reverse("file", args=[application.pk])).status_code == 404
        assert client.get(reverse("file_steps", args=[application.pk])).status_code == 404


PARTNER = {"name": "Parent", "kind": "enterprise", "share": Decimal(30), "control": "no"}


def test_a_fund_manager_is_offered_what_the_state_allows(client: Client) -> None:
    manager = make_user(Role.FUND_MANAGER)
    offered = {
        "fails": (make_ineligible(), {"ask", "ineligible"}),
        "evidence": (make_screened(owners=[PARTNER]), {"ask", "ineligible"}),
        "eligible": (make_screened(), {"ask", "assign"}),
        "reviewed": (make_reviewed(), {"propose", "assign", "wait", "reject"}),
        "proposed": (make_proposal().application, set()),
    }
    for application, expected in offered.values():
        assert acts(page(client, manager, application), application) == expected


def test_an_auditor_reads_all_of_it_and_does_nothing(client: Client) -> None:
    proposal = make_proposal(amount=87_654)
    html = page(client, make_user(Role.AUDITOR), proposal.application)
    assert "87,654" in html
    assert "Panel score" in html
    assert "marks-dots" in html
    assert acts(html, proposal.application) == set()


def test_a_reviewer_sees_the_pre_score_after_their_own_marks(client: Client) -> None:
    first, second = make_assigned(reviewers=2)
    application = first.application
    html = page(client, first.reviewer, application)
    assert "once your own marks are handed in" in html
    assert "it is advice" not in html
    assert acts(html, application) == {"review", "conflict"}
    mark(first)
    html = page(client, first.reviewer, application)
    assert "it is advice" in html
    assert second.reviewer.name not in html
    assert "Panel score" not in html


def test_a_conflict_hides_the_file(client: Client) -> None:
    review = make_assigned(reviewers=1)[0]
    now = timezone.now()
    conflicts.recuse(review.application, reviewer=review.reviewer, reason="A friend", now=now)
    client.force_login(review.reviewer)
    assert client.get(reverse("file", args=[review.application_id])).status_code == 404


def test_a_panel_reviewer_may_decide_once(client: Client) -> None:
    proposal = make_proposal()
    voter = panel_of(proposal.application.call)[2]
    assert acts(page(client, voter, proposal.application), proposal.application) == {
        "decide",
        "conflict",
    }
    approve(proposal, voter)
    assert "decide" not in acts(page(client, voter, proposal.application), proposal.application)


def test_an_award_and_its_amount_are_shown_to_the_startup(client: Client) -> None:
    award = make_award(amount=Decimal(90_000))
    html = page(client, award.application.author, award.application)
    assert "90,000" in html
    assert "Awarded" in html


def test_steps_ask_again_until_they_are_done_and_say_when_nobody_works(client: Client) -> None:
    application = make_submitted()
    again = f'hx-get="{reverse("file_steps", args=[application.pk])}"'
    html = page(client, application.author, application, "file_steps")
    assert again in html
    assert "Nothing is lost" in html
    now = timezone.now()
    errands = Worker.objects.create(
        name="errands", started_at=now, seen_at=now, queues=["documents", "mail"]
    )
    assert "Nothing is lost" in page(client, application.author, application, "file_steps")
    Worker.objects.filter(pk=errands.pk).update(queues=["screening"])
    assert "Nothing is lost" not in page(client, application.author, application, "file_steps")
    done = make_screened()
    html = page(client, done.author, done, "file_steps")
    assert "hx-get" not in html
    assert 'id="file-state" hx-swap-oob' in html


def test_a_failed_step_ends_the_asking(client: Client) -> None:
    application = make_screened()
    Step.objects.filter(run__submission__application=application).update(state="failed")
    html = page(client, application.author, application)
    assert "hx-get" not in html
    assert "can try again" in html


def test_the_list_is_found_by_state_words_and_number(client: Client) -> None:
    call = make_call()
    nurse = make_submitted(call, startup_name="Rondaline", title="Nurses", track="ehealth")
    radar = make_screened(call, startup_name="Staprust", title="Radar")
    withdrawn = make_submitted(call, title="Gone")
    lifecycle.withdraw(withdrawn, actor=withdrawn.author, now=timezone.now())
    client.force_login(make_user(Role.FUND_MANAGER))

    def found(**query: str) -> set[int]:
        rows = client.get(reverse("files"), query).context["page_obj"].object_list
        return {row.pk for row in rows}

    assert found() == {nurse.pk, radar.pk, withdrawn.pk}
    assert found(state="eligible") == {radar.pk}
    assert found(q="rondal") == {nurse.pk}
    assert found(q=radar.reference) == {radar.pk}
    assert found(q=nurse.startup.number) == {nurse.pk}
    assert found(q="nobody") == set()
    assert found(call=str(call.pk), track="ehealth", sort="-score") == {nurse.pk}


def test_a_reviewer_has_two_lists(client: Client) -> None:
    call = make_call()
    to_score = make_assigned(make_screened(call, title="Score me"), reviewers=1)[0]
    reviewer = to_score.reviewer
    proposal = make_proposal(make_reviewed(make_screened(call, title="Approve me")))
    in_conflict = make_proposal(make_reviewed(make_screened(call, title="Not me")))
    now = timezone.now()
    conflicts.recuse(in_conflict.application, reviewer=reviewer, reason="A friend", now=now)
    client.force_login(reviewer)
    context = client.get(reverse("reviewing")).context
    assert [review.pk for review, _tone in context["to_score"]] == [to_score.pk]
    assert [one.pk for one in context["to_approve"]] == [proposal.pk]
    done = Review.objects.filter(reviewer=reviewer, state=Review.State.DONE)
    assert [one.application_id for one in context["handed_in"]] == [
        one.application_id for one in done
    ]


def test_an_external_reader_approves_nothing(client: Client) -> None:
    proposal = make_proposal()
    proposal.application.call.panel.update(approves=False)
    client.force_login(proposal.application.call.panel.first().reviewer)
    assert not client.get(reverse("reviewing")).context["to_approve"]
