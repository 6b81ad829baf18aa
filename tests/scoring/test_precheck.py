"""Could we apply? The rules' own answer to eight questions, and the draft begun from it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Section, Startup
from brustart.accounts.models import Role
from brustart.fund.models import Call
from scoring.screening import eligibility, precheck, publishing
from scoring.screening.forms import PrecheckForm
from scoring.screening.models import Run, Verdict
from scoring.screening.parameters import AGE
from tests import factories, mirabelle

pytestmark = pytest.mark.django_db


def good(**changes: str) -> dict[str, str]:
    """Answers as typed, which meet every rule."""
    founded = timezone.localdate() - relativedelta(months=18)
    typed = {
        "founded_on": founded.isoformat(),
        "postal_code": "1000",
        "staff": "3.5",
        "lower_figure": "54,000",
        "in_difficulty": "no",
        "excluded": "no",
        "cost": "176,000",
        "requested": "120,000",
        "de_minimis_received": "0",
    }
    return {name: value for name, value in {**typed, **changes}.items() if value}


def answers(typed: dict[str, str]) -> dict[str, Any]:
    form = PrecheckForm(typed)
    assert form.is_valid(), form.errors
    return form.own_answers()


def judged(typed: dict[str, str], call: Call | None = None) -> list[eligibility.Found]:
    call = call or factories.make_call()
    return precheck.judged(answers(typed), call=call, on=timezone.localdate())


def ago(**span: int) -> date:
    return timezone.localdate() - relativedelta(**span)


def urls(call: Call) -> tuple[str, str]:
    return reverse("could_we", args=[call.code]), reverse("could_we_begin", args=[call.code])


# --- the same rules --------------------------------------------------------------------------


SAME_FACTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "all is met": ({}, {}),
    "five years old": (
        {"founded_on": ago(years=5), "capital": Decimal(1), "equity": Decimal(1)},
        {"founded_on": ago(years=5).isoformat()},
    ),
    "seat outside": ({"postal_code": "4000"}, {"postal_code": "4000"}),
    "seat of one recipient": ({"postal_code": "1049"}, {"postal_code": "1049"}),
    "fifty people": ({"staff": Decimal(50)}, {"staff": "50"}),
    "large in one figure": ({"turnover": Decimal(99_000_000)}, {"lower_figure": "128,000"}),
    "large in both figures": (
        {"turnover": Decimal(10_000_001), "balance_sheet": Decimal(10_000_001)},
        {"lower_figure": "10,000,001"},
    ),
    "in difficulty": ({"rescue_aid": "yes"}, {"in_difficulty": "yes"}),
    "three years and no figures": (
        {"founded_on": ago(years=3)},
        {"founded_on": ago(years=3).isoformat()},
    ),
    "too little asked": ({"requested": Decimal("24999.99")}, {"requested": "24,999.99"}),
    "too much asked": ({"requested": Decimal("250000.01")}, {"requested": "250,000.01"}),
    "exactly seventy percent": ({"requested": Decimal(123_200)}, {"requested": "123,200"}),
    "a cent over seventy percent": (
        {"requested": Decimal("123200.01")},
        {"requested": "123,200.01"},
    ),
    "aid that leaves just enough": (
        {"de_minimis_received": Decimal(180_000)},
        {"de_minimis_received": "180,000"},
    ),
    "aid that leaves a cent too little": (
        {"de_minimis_received": Decimal("180000.01")},
        {"de_minimis_received": "180,000.01"},
    ),
}


@pytest.mark.parametrize("case", SAME_FACTS)
def test_the_verdicts_are_those_of_a_submitted_file(case: str) -> None:
    in_the_file, typed = SAME_FACTS[case]
    file = factories.make_screened(**in_the_file)
    findings = Run.objects.get(submission=file.submission).findings.exclude(
        rule__in=precheck.LEFT_OUT
    )
    found = judged(good(**typed), file.call)
    by_rule = {one.rule: (one.verdict, one.reason) for one in found}
    if case == "five years old":  # from three years the file asks for more than we do
        assert by_rule.pop("difficulty") == (Verdict.NEEDS_EVIDENCE, "difficulty_figures")
        findings = findings.exclude(rule="difficulty")
    assert by_rule == {one.rule: (one.verdict, one.reason) for one in findings}


def test_it_asks_the_code_that_screens_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "RULES", eligibility.RULES[:1])
    assert [one.rule for one in judged(good())] == ["age"]


def test_what_eight_answers_cannot_tell_is_left_out_by_name() -> None:
    every = {rule.name for rule in eligibility.RULES}
    assert every > precheck.LEFT_OUT
    assert {one.rule for one in judged(good())} == every - precheck.LEFT_OUT


def test_it_asks_the_rules_of_the_call_as_they_are_now() -> None:
    call, founded = factories.make_call(), ago(years=5).isoformat()
    verdicts = {one.rule: one.verdict for one in judged(good(founded_on=founded), call)}
    assert verdicts["age"] == Verdict.FAIL
    publishing.publish(
        call,
        rules=[rule.name for rule in eligibility.RULES if rule.name != "seat"],
        figures={AGE: Decimal(6)},
        actor=factories.make_user(Role.FUND_MANAGER),
        now=timezone.now(),
    )
    verdicts = {one.rule: one.verdict for one in judged(good(founded_on=founded), call)}
    assert verdicts["age"] == Verdict.PASS
    assert "seat" not in verdicts


def test_an_excluded_activity_is_not_met() -> None:
    verdicts = {one.rule: one.reason for one in judged(good(excluded="yes"))}
    assert verdicts["exclusions"] == "exclusions_some"


@pytest.mark.parametrize("name", sorted(PrecheckForm.base_fields))
def test_a_missing_answer_never_fails(name: str) -> None:
    found = judged(good(**{name: ""}))
    assert eligibility.overall(found) != Verdict.FAIL
    if name != "not_registered":
        assert eligibility.overall(found) == Verdict.NEEDS_EVIDENCE


def test_no_answer_at_all_leaves_every_rule_open() -> None:
    assert {one.verdict for one in judged({})} == {Verdict.NEEDS_EVIDENCE}


def test_whoever_is_not_registered_is_young() -> None:
    found = judged(good(founded_on="", not_registered="on"))
    assert eligibility.overall(found) == Verdict.PASS


# --- the page --------------------------------------------------------------------------------


def test_there_are_eight_questions_at_most_and_every_field_is_in_one(client: Client) -> None:
    page = client.get(urls(factories.make_call())[0]).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count('<li class="question">') == 8
    assert len(PrecheckForm.QUESTIONS) == 8
    asked = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', main))
    placed = {name for _legend, names in PrecheckForm.QUESTIONS for name in names}
    assert asked - {"csrfmiddlewaretoken"} == placed == set(PrecheckForm.base_fields)
    shared = [names for legend, names in PrecheckForm.QUESTIONS if legend]
    assert shared == [("founded_on", "not_registered"), ("cost", "requested")]


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ({}, "As far as we can see, you could apply"),
        ({"staff": ""}, "Some things are not known yet"),
        ({"postal_code": "9000"}, "One rule would not be met"),
        ({"postal_code": "9000", "staff": "50"}, "2 rules would not be met"),
    ],
)
def test_the_answer_comes_at_once_and_nothing_is_kept(
    client: Client, typed: dict[str, str], outcome: str
) -> None:
    here, begin = urls(factories.make_call())
    response = client.post(here, good(**typed))
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<h2 id="outcome">{outcome}</h2>' in page
    assert page.count('class="verdict"') == page.count('class="source"') == 8
    assert 'value="120,000"' in page
    assert f'action="{begin}"' in page
    assert not client.session.keys()
    assert not Application.objects.exists()


def test_nothing_answered_is_an_answer_too(client: Client) -> None:
    page = client.post(urls(factories.make_call())[0], {}).content.decode()
    assert "Some things are not known yet" in page


def test_what_cannot_be_read_is_asked_again(client: Client) -> None:
    here, begin = urls(factories.make_call())
    for url in (here, begin):
        page = client.post(url, good(requested="much")).content.decode()
        assert '<a href="#id_requested">' in page
        assert 'value="much"' in page
        assert 'id="outcome"' not in page
    assert not Application.objects.exists()


@pytest.mark.parametrize("role", [None, *Role])
def test_everybody_may_look_and_those_who_apply_may_begin(
    client: Client, role: Role | None
) -> None:
    here, begin = urls(factories.make_call())
    if role:
        client.force_login(factories.make_user(role))
    page = client.post(here, good()).content.decode()
    applies = role in (None, Role.APPLICANT)
    assert (f'action="{begin}"' in page) == applies
    assert client.post(begin, good()).status_code == (302 if applies else 403)
    assert Application.objects.exists() == applies


def test_a_closed_call_can_be_looked_at_and_not_begun(client: Client) -> None:
    here, begin = urls(factories.make_call(now=timezone.now() - timedelta(days=60)))
    page = client.post(here, good()).content.decode()
    assert "As far as we can see, you could apply" in page
    assert begin not in page
    response = client.post(begin, good(), follow=True)
    assert b"This call is not open." in response.content
    assert not Application.objects.exists()


# --- the draft -------------------------------------------------------------------------------


def kept(application: Application) -> dict[str, dict[str, Any]]:
    rows = Section.objects.filter(application=application).exclude(answers={})
    return dict(rows.values_list("name", "answers"))


def carried_from_the_page(client: Client, call: Call, **typed: str) -> Application:
    """Check the answers, then press the button: what the page's hidden fields carry."""
    here, begin = urls(call)
    page = client.post(here, good(**typed)).content.decode()
    form = page[page.index(f'action="{begin}"') :].partition("</form>")[0]
    inputs = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', form)
    response = client.post(begin, dict(inputs))
    application = Application.objects.get(call=call)
    assert response["Location"] == reverse("tasks", args=[application.pk])
    return application


def test_an_applicant_finds_the_answers_in_the_draft(client: Client) -> None:
    user = factories.make_user()
    client.force_login(user)
    application = carried_from_the_page(client, factories.make_call(), de_minimis_received="500")
    assert application.author == user
    assert application.requested == Decimal(120_000)
    assert kept(application) == {
        "startup": {"founded_on": good()["founded_on"], "postal_code": "1000"},
        "size": {"staff": "3.5", "insolvency": "no", "rescue_aid": "no"},
        "budget": {"requested": "120000.00"},
        "aid": {"any_aid": "some"},
    }


def test_a_guest_finds_them_too_and_comes_back_to_them(client: Client) -> None:
    application = carried_from_the_page(client, factories.make_call())
    assert application.author is None
    assert client.session["drafts"] == [application.pk]
    assert kept(application)["aid"] == {"any_aid": "none"}
    budget = client.get(reverse("section", args=[application.pk, "budget"]))
    assert b'value="120,000"' in budget.content


def test_what_the_application_asks_otherwise_is_not_guessed(client: Client) -> None:
    application = carried_from_the_page(
        client, factories.make_call(), in_difficulty="yes", excluded="yes", staff=""
    )
    assert set(kept(application)) == {"startup", "budget", "aid"}


def test_not_registered_wins_over_a_date(client: Client) -> None:
    application = carried_from_the_page(client, factories.make_call(), not_registered="on")
    assert kept(application)["startup"] == {"not_registered": True, "postal_code": "1000"}


def test_the_first_step_with_the_number_takes_nothing_away(client: Client) -> None:
    application = carried_from_the_page(client, factories.make_call())
    url = reverse("section", args=[application.pk, "startup"])
    first = client.get(url).content.decode()
    assert 'name="founded_on"' not in first
    number, given = mirabelle.enterprise_number(), {"founded_on", "postal_code"}
    for page in ("a", "a"):  # the page saves itself, then is sent
        client.post(url, {"enterprise_number": number, "version": "1", "page": page})
    second = client.get(url).content.decode()
    assert f'value="{good()["founded_on"]}"' in second
    assert set(kept(application)["startup"]) == {"enterprise_number", *given}
    emptied = {"enterprise_number": number, "founded_on": "", "postal_code": "", "version": "3"}
    client.post(url, emptied)
    assert set(kept(application)["startup"]) == {"enterprise_number"}


def test_a_draft_that_is_there_stays_as_it_is(client: Client) -> None:
    call, user = factories.make_call(), factories.make_user()
    draft = factories.make_draft(call, user)
    before = kept(draft)
    client.force_login(user)
    here, begin = urls(call)
    assert "Go on with your draft" in client.post(here, good()).content.decode()
    response = client.post(begin, good(requested="99,000"))
    assert response["Location"] == reverse("tasks", args=[draft.pk])
    assert kept(draft) == before
    assert (Application.objects.count(), Startup.objects.count()) == (1, 1)
