"""Where the facts come from: the frozen submission, the register, our own awards."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from applications import entering, lifecycle, requesting
from applications.models import Application, Document, FormVersion
from brustart.accounts.models import Role
from brustart.core.hashing import plain
from brustart.fund import deminimis
from scoring.screening import eligibility, facts, publishing
from scoring.screening.conditions import conditions
from scoring.screening.models import Verdict
from scoring.screening.parameters import AGE
from tests import factories, mirabelle
from tests.cbe import extracts

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def collected(application: Application) -> facts.Facts:
    return facts.collect(application.handed_in)


def verdicts(known: facts.Facts) -> dict[str, tuple[str, str]]:
    return {one.rule: (one.verdict, one.reason) for one in eligibility.judge(known)}


# --- the register -------------------------------------------------------------------------------


def test_without_a_register_the_startup_is_believed() -> None:
    known = collected(factories.make_submitted())
    assert (known.registered.found, known.registered.searched_on) == (False, None)
    assert known.started_on == known.founded_on
    assert verdicts(known)["sector"] == (Verdict.PASS, "sector_not_known")


def test_a_register_that_does_not_have_the_enterprise_says_of_which_day(tmp_path: Path) -> None:
    extracts.load(extracts.full(tmp_path, extracts.company()))
    known = collected(factories.make_submitted())
    assert (known.registered.found, known.registered.searched_on) == (False, extracts.NOVEMBER)


def test_the_register_gives_what_it_holds(tmp_path: Path) -> None:
    units = (
        extracts.unit(postal_code="1070"),
        extracts.unit(extracts.SECOND_UNIT, postal_code="9000"),
    )
    company = extracts.company(
        postal_code="9000", situation="050", nace=("62100", "47910"), units=units
    )
    extracts.load(extracts.full(tmp_path, company))
    known = collected(factories.make_submitted(enterprise_number=extracts.MIRABELLE))
    told = known.registered
    assert told.found
    assert (told.searched_on, told.started_on) == (extracts.NOVEMBER, date(2024, 3, 1))
    assert (told.status, told.situation, told.seat) == ("AC", "050", "9000")
    assert told.establishments == ("1070", "9000")
    assert {"2025:62100", "2025:47910", "2008:62010"} <= set(told.activities)
    found = verdicts(known)
    assert found["seat"] == (Verdict.PASS, "seat_inside")
    assert found["sector"] == (Verdict.NEEDS_EVIDENCE, "sector_policy")
    assert found["difficulty"] == (Verdict.NEEDS_EVIDENCE, "difficulty_register")


def test_what_left_the_register_counts_as_it_was_when_the_form_was_filled_in(
    tmp_path: Path,
) -> None:
    company = extracts.company(units=(extracts.unit(),))
    extracts.load(extracts.full(tmp_path, company, extracts.company(extracts.BAKER, "Baker")))
    application = factories.make_submitted(enterprise_number=extracts.MIRABELLE)
    extracts.load(extracts.update(tmp_path, before=[company], after=[]))
    told = collected(application).registered
    assert (told.found, told.searched_on) == (True, extracts.NOVEMBER)
    assert (told.started_on, told.seat) == (date(2024, 3, 1), "1000")
    assert "2025:62100" in told.activities
    assert told.establishments is None


# --- documents ----------------------------------------------------------------------------------


def test_documents_are_those_of_the_submission_as_they_were_read() -> None:
    application = factories.make_submitted()
    known = collected(application)
    assert [(one.kind, one.reading, one.pages) for one in known.documents or ()] == [
        ("deck", "read", 1), ("financial_plan", "read", 1)
    ]  # fmt: skip
    assert known.needed_documents == ("deck", "financial_plan")
    application.documents.filter(kind="deck").update(reading=Document.Reading.UNREADABLE)
    assert verdicts(collected(application))["documents"] == (
        Verdict.NEEDS_EVIDENCE, "documents_unreadable"
    )  # fmt: skip


def test_the_calls_own_documents_are_needed_only_where_they_must_be_answered() -> None:
    call = factories.make_call()
    words = {"fr": "Lettre", "nl": "Brief", "en": "Letter"}
    asked = [
        {"id": name, "kind": "file", "label": words, "required": name == "q1", "track": ""}
        for name in ("q1", "q2")
    ]
    FormVersion.objects.create(
        call=call,
        number=1,
        questions=asked,
        published_at=NOW,
        published_by=factories.make_user(Role.FUND_MANAGER),
    )
    draft = factories.make_draft(call)
    given = draft.documents.get(kind="deck")
    given.pk, given.kind, given.question, given.sha256 = None, "answer", "q1", "0" * 64
    given.save(force_insert=True)
    submission = lifecycle.submit(draft, actor=draft.author, now=timezone.now())
    known = facts.collect(submission)
    assert known.needed_documents == ("deck", "financial_plan", "q1")
    assert verdicts(known)["documents"] == (Verdict.PASS, "documents_there")


def test_a_scan_is_needed_of_what_came_on_paper_and_its_day_is_that_of_arrival() -> None:
    call, manager = factories.make_call(), factories.make_user(Role.FUND_MANAGER)
    arrived = timezone.localdate() - timedelta(days=1)
    draft = entering.enter(
        call,
        startup_name="Zolderlucht",
        language="nl",
        received_on=arrived,
        actor=manager,
        now=NOW,
    )
    assert facts.needed(draft, {})[-1] == "scan"
    draft.submitted_at = NOW
    assert timezone.localdate(facts._handed_in(draft)) == arrived


# --- other files, conditions, days ---------------------------------------------------------------


def test_other_files_of_the_startup_in_the_call_are_named() -> None:
    call = factories.make_call(number_needed="award")
    team = {"enterprise_number": None, "founded_on": None, "not_registered": True}
    first = factories.make_submitted(call, **team)
    assert collected(first).other_files == ()
    second = factories.make_submitted(call, **team)
    Application.objects.filter(pk=second.pk).update(startup=first.startup)
    factories.make_submitted(startup_name="Elsewhere")
    assert collected(first).other_files == (second.reference,)
    assert verdicts(collected(first))["one_file"] == (Verdict.FAIL, "one_file_several")
    lifecycle.withdraw(second, actor=second.author, now=timezone.now())
    assert collected(first).other_files == ()


def test_an_opinion_that_is_still_to_come_is_a_condition_and_stops_nobody() -> None:
    application = factories.make_screened(track="ehealth", ethics="required")
    assert application.state == "eligible"
    assert [one.rule for one in conditions(application)] == ["ethics"]
    assert conditions(factories.make_screened(track="ehealth")) == []


def test_an_answered_request_is_judged_by_the_day_of_the_first_submission() -> None:
    then = NOW - timedelta(days=20)
    call = factories.make_call(now=then)
    application = factories.screen(factories.make_submitted(call, now=then, postal_code="1049"))
    requesting.ask(
        application,
        sections=["startup"],
        question="Where do you work?",
        until=NOW + timedelta(days=3),
        actor=factories.make_user(Role.FUND_MANAGER),
        now=NOW - timedelta(days=1),
    )
    manager = factories.make_user(Role.FUND_MANAGER)
    every = [rule.name for rule in eligibility.RULES]
    publishing.publish(
        call, rules=every, figures={AGE: Decimal(1)}, actor=manager, now=NOW - timedelta(hours=2)
    )
    requesting.answer(application, actor=application.author, now=NOW)
    application.refresh_from_db()
    known = collected(application)
    assert application.handed_in.version == 2
    assert (known.submitted_on, known.terms.number) == (timezone.localdate(then), 0)
    assert facts.collect(application.handed_in, as_of=timezone.localdate(NOW)).terms.number == 1


def test_another_day_changes_the_rules_and_not_the_age() -> None:
    application = factories.make_submitted()
    later = date(2028, 1, 1)
    known = facts.collect(application.handed_in, as_of=later)
    assert (known.rules_on, known.submitted_on) == (later, timezone.localdate())


# --- aid ----------------------------------------------------------------------------------------


def left(known: facts.Facts) -> Decimal:
    found = next(one for one in eligibility.judge(known) if one.rule == "headroom")
    return Decimal(found.inputs["headroom"])


def test_what_is_declared_counts_once() -> None:
    application = factories.make_submitted(de_minimis_received=Decimal(70_000))
    assert left(collected(application)) == 230_000


def test_a_later_word_of_the_same_file_does_not_change_an_earlier_one() -> None:
    application = factories.make_submitted(de_minimis_received=Decimal(70_000))
    deminimis.declare(
        application.enterprise_number,
        [(Decimal(90_000), timezone.localdate())],
        on=timezone.localdate(),
        declaration=f"application:{application.pk}",
    )
    assert left(collected(application)) == 230_000


def test_awards_and_open_proposals_of_the_undertaking_count() -> None:
    number = mirabelle.enterprise_number()
    today = timezone.localdate()
    deminimis.grant([number], Decimal(40_000), on=today, now=NOW, reference="proposal:1")
    deminimis.reserve([number], Decimal(30_000), on=today, reference="proposal:2")
    application = factories.make_submitted(enterprise_number=number)
    assert left(collected(application)) == 230_000


def test_what_was_granted_and_released_after_the_submission_changes_nothing() -> None:
    number = mirabelle.enterprise_number()
    deminimis.reserve([number], Decimal(30_000), on=timezone.localdate(), reference="proposal:1")
    application = factories.make_submitted(enterprise_number=number)
    before = collected(application)
    later = timezone.now() + timedelta(days=40)
    deminimis.grant(
        [number],
        Decimal(30_000),
        on=timezone.localdate(later),
        now=later,
        reference="proposal:1",
    )
    assert collected(application) == before
    assert deminimis.headroom([number], timezone.localdate(later)) == 270_000


def test_a_team_without_a_number_has_declared_its_aid_too() -> None:
    call = factories.make_call(number_needed="award")
    application = factories.make_submitted(
        call,
        enterprise_number=None,
        founded_on=None,
        not_registered=True,
        de_minimis_received=Decimal(250_000),
    )
    assert left(collected(application)) == 50_000


def test_facts_are_stored_and_read_again_as_they_were() -> None:
    known = collected(factories.make_submitted(track="ehealth", de_minimis_received=Decimal(5)))
    assert facts.restore(plain(vars(known))) == known
