"""Another verdict needs a reason and a second person; then the file moves to where it belongs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, TimelineEntry
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.core.models import AuditEntry, Mail
from scoring.review.models import Suggestion
from scoring.screening import confirming
from scoring.screening.models import Finding, Override, Run, Verdict
from tests.factories import deliver, make_assigned, make_ineligible, make_screened, make_user

pytestmark = pytest.mark.django_db
REASON = "The seat moved to Ixelles last week; the deed is in the file."


@pytest.fixture
def managers() -> tuple[User, User]:
    return make_user(Role.FUND_MANAGER), make_user(Role.FUND_MANAGER)


def finding(application: Application, rule: str = "seat") -> Finding:
    run = Run.objects.of(application.submission_id)
    assert run is not None
    return run.findings.get(rule=rule)


def ask(application: Application, actor: User, **changes: Any) -> Override:
    known = {"verdict": Verdict.PASS, "reason": REASON, "actor": actor, "now": timezone.now()}
    return confirming.override(finding(application), **{**known, **changes})


def test_nothing_changes_until_a_second_person_confirms(managers: tuple[User, User]) -> None:
    application = make_ineligible()
    asked = ask(application, managers[0])
    application.refresh_from_db()
    assert application.state == State.FAILS_RULES
    confirming.answer(asked, accept=True, actor=managers[1], now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.ELIGIBLE
    assert finding(application).verdict == Verdict.FAIL  # what the machine found stays
    kinds = list(
        TimelineEntry.objects.filter(application=application).values_list("kind", flat=True)
    )
    assert kinds[-2:] == ["overridden", "now_eligible"]
    acts = AuditEntry.objects.filter(act__startswith="override").values_list("act", flat=True)
    assert set(acts) == {"override.asked", "override.confirmed"}


def test_the_one_who_asked_cannot_confirm(managers: tuple[User, User]) -> None:
    asked = ask(make_ineligible(), managers[0])
    with pytest.raises(confirming.CannotOverride, match="Another person"):
        confirming.answer(asked, accept=True, actor=managers[0], now=timezone.now())
    assert Override.objects.get().accepted is None


def test_a_refused_one_leaves_all_as_it_was_and_may_be_asked_again(
    managers: tuple[User, User],
) -> None:
    application = make_ineligible()
    asked = ask(application, managers[0])
    confirming.answer(asked, accept=False, actor=managers[1], now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.FAILS_RULES
    with pytest.raises(confirming.CannotOverride, match="answered already"):
        confirming.answer(asked, accept=True, actor=managers[1], now=timezone.now())
    assert ask(application, managers[1])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "  "}, confirming.ReasonMissing),
        ({"verdict": Verdict.FAIL}, confirming.CannotOverride),
    ],
)
def test_what_cannot_be_asked(
    managers: tuple[User, User], changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        ask(make_ineligible(), managers[0], **changes)
    assert not Override.objects.exists()


def test_one_question_a_rule(managers: tuple[User, User]) -> None:
    application = make_ineligible()
    ask(application, managers[0])
    with pytest.raises(confirming.CannotOverride, match="already"):
        ask(application, managers[1])


def test_a_file_with_reviewers_keeps_its_verdicts(managers: tuple[User, User]) -> None:
    application = make_assigned()[0].application
    with pytest.raises(confirming.CannotOverride, match="In review"):
        ask(application, managers[0], verdict=Verdict.FAIL)


def test_a_verdict_may_become_worse(managers: tuple[User, User]) -> None:
    application = make_screened()
    asked = ask(application, managers[0], verdict=Verdict.NEEDS_EVIDENCE)
    confirming.answer(asked, accept=True, actor=managers[1], now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.NEEDS_EVIDENCE


def test_an_overridden_rule_is_no_ground_of_a_refusal(managers: tuple[User, User]) -> None:
    application = make_screened(postal_code="4000", city="Liège", requested=5_000)
    asked = ask(application, managers[0])
    confirming.answer(asked, accept=True, actor=managers[1], now=timezone.now())
    confirming.confirm_ineligible(
        application, actor=managers[0], reason="Too little is asked.", now=timezone.now()
    )
    body = Mail.objects.get(template="ineligible").body
    assert "Amount asked" in body
    assert "Seat or establishment" not in body


def test_an_eligible_file_gets_reviewers_proposed(managers: tuple[User, User]) -> None:
    application = make_ineligible()
    asked = ask(application, managers[0])
    confirming.answer(asked, accept=True, actor=managers[1], now=timezone.now())
    deliver()
    assert Suggestion.objects.filter(application=application).count() == 3


def test_the_pages(client: Client, managers: tuple[User, User]) -> None:
    application = make_ineligible()
    first, second = managers
    client.force_login(first)
    file = reverse("file", args=[application.pk])
    url = reverse("override", args=[finding(application).pk])
    assert url in client.get(file).content.decode()
    assert client.post(url, {"verdict": "pass", "reason": ""}).status_code == 200
    assert client.post(url, {"verdict": "pass", "reason": REASON}).url == file
    answer = reverse("answer_override", args=[Override.objects.get().pk])
    assert answer not in client.get(file).content.decode()
    assert b"another fund manager must answer" in client.get(answer).content
    assert client.post(answer, {"answer": "accept"}).status_code == 409
    client.force_login(second)
    assert answer in client.get(file).content.decode()
    assert client.post(answer, {"answer": "accept"}).url == file
    client.force_login(application.author)
    page = client.get(file).content.decode()
    assert REASON in page
    assert str(first) not in page.partition("<main")[2]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FUND_MANAGER])
def test_only_fund_managers_come_here(client: Client, role: Role) -> None:
    application = make_ineligible()
    asked = ask(application, make_user(Role.FUND_MANAGER))
    client.force_login(make_user(role))
    for url in (
        reverse("override", args=[asked.finding_id]),
        reverse("answer_override", args=[asked.pk]),
    ):
        assert client.get(url).status_code == 403
