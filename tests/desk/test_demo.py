"""Demo mode: becoming somebody, the example, the tour; and nothing of it anywhere else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from applications import completeness, deadlines, lifecycle
from applications.forms import SECTIONS, outline
from applications.models import Application, Document, Part
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards.models import Proposal
from brustart.cbe import lookup
from brustart.core.audit import reference
from brustart.core.hashing import plain
from brustart.core.models import Mail
from brustart.desk.demo import content, documents, example, expanding, loading, register, tour
from brustart.fund import deminimis
from brustart.worker import KINDS
from scoring.screening import eligibility, facts
from scoring.screening.attached import Attached
from scoring.screening.models import Verdict
from tests.factories import (
    approve,
    make_assigned,
    make_call,
    make_draft,
    make_empty_draft,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
    panel_of,
)

pytestmark = pytest.mark.django_db
ROUTES = {
    "demo": {},
    "demo_become": {},
    "demo_example": {"pk": 1},
    "tour_step": {},
    "tour_dismiss": {},
}


def me(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize("name", ROUTES)
def test_outside_demo_mode_nothing_is_there(client: Client, settings: Any, name: str) -> None:
    settings.DEMO = False
    client.force_login(make_user())
    url = reverse(name, kwargs=ROUTES[name])
    assert client.get(url).status_code == client.post(url).status_code == 404


def test_three_cards_and_everybody_else(client: Client) -> None:
    call = make_call(panel_size=2)
    applicant, manager = make_submitted(call).author, make_user(Role.FUND_MANAGER)
    make_user(is_demo=False, name="A real person")
    response = client.get(reverse("demo"))
    values = [card["value"] for card in response.context["cards"]]
    assert values == [applicant.pk, panel_of(call)[0].pk, manager.pk]
    assert "A real person" not in response.content.decode()


def test_only_demo_accounts_can_be_become(client: Client) -> None:
    person, real = make_user(Role.REVIEWER), make_user(is_demo=False)
    assert client.post(reverse("demo_become"), {"person": real.pk}).status_code == 404
    assert client.post(reverse("demo_become"), {"person": "x"}).status_code == 404
    assert client.get(reverse("demo_become")).status_code == 405
    response = client.post(reverse("demo_become"), {"person": person.pk})
    assert response.url == reverse("home")
    assert me(client) == person


def test_a_switch_keeps_the_file_open_for_whoever_may_see_it(client: Client) -> None:
    application = make_screened()
    client.force_login(application.author)

    def go_to(person: User, page: str) -> str:
        return str(client.post(reverse("demo_become"), {"person": person.pk, "next": page}).url)

    file = reverse("file", args=[application.pk])
    manager, stranger = make_user(Role.FUND_MANAGER), make_user(Role.REVIEWER)
    assert go_to(manager, file) == file
    assert go_to(application.author, reverse("assign", args=[application.pk])) == file
    assert go_to(stranger, file) == reverse("home")
    assert go_to(manager, reverse("capacity")) == reverse("capacity")
    assert go_to(stranger, reverse("capacity")) == reverse("home")
    for elsewhere in ("https://example.org/files/1/", "//example.org", "/nowhere/", ""):
        assert go_to(manager, elsewhere) == reverse("home")


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_the_example_is_complete_in_the_language_of_the_page(client: Client, language: str) -> None:
    draft = make_empty_draft()
    client.force_login(draft.author)
    with translation.override(language):
        response = client.post(reverse("demo_example", args=[draft.pk]))
        assert response.url == reverse("check", args=[draft.pk])
    draft = Application.objects.get(pk=draft.pk)
    assert completeness.missing(draft) == []
    assert client.post(reverse("demo_example", args=[draft.pk])).status_code == 302


def test_each_example_has_an_enterprise_number_of_its_own(client: Client) -> None:
    numbers = set()
    for _time in range(3):
        draft = make_empty_draft(make_call())
        client.force_login(draft.author)
        client.post(reverse("demo_example", args=[draft.pk]))
        draft.startup.refresh_from_db()
        numbers.add(draft.startup.enterprise_number)
    assert len(numbers) == 3
    assert example.free_number(min(numbers), make_draft()) not in numbers


def test_only_ones_own_draft_is_filled(client: Client) -> None:
    submitted, other = make_submitted(), make_empty_draft()
    client.force_login(submitted.author)
    assert client.post(reverse("demo_example", args=[other.pk])).status_code == 404
    before = submitted.submission.sha256
    client.post(reverse("demo_example", args=[submitted.pk]))
    assert Application.objects.get(pk=submitted.pk).submission.sha256 == before


def _one_approval_short(call: Any, amount: int) -> Proposal:
    proposal = make_proposal(make_reviewed(make_screened(call, requested=amount)), amount=amount)
    approve(proposal, panel_of(call)[0])
    return proposal


def test_the_tour_leads_through_seven_steps_as_the_right_people(client: Client) -> None:
    call = make_call()
    submitted = make_submitted(call)
    manager = make_user(Role.FUND_MANAGER)
    review = make_assigned(make_screened(call), reviewers=1, actor=manager)[0]
    reviewed = make_reviewed(make_screened(call))
    large, small = (_one_approval_short(call, amount) for amount in (110_000, 60_000))
    expected = [
        (submitted.author, reverse("call", args=[call.code])),
        (submitted.author, reverse("file", args=[submitted.pk])),
        (review.reviewer, reverse("review", args=[review.application_id])),
        (manager, reverse("propose", args=[reviewed.pk])),
        (None, reverse("decide", args=[small.application_id])),
        (None, reverse("decide", args=[large.application_id])),
        (manager, reverse("capacity")),
    ]
    for number, (person, url) in enumerate(expected, start=1):
        response = client.post(reverse("tour_step"), {"step": number})
        assert response.url == url
        assert person is None or me(client) == person
        page = client.get(url)
        assert page.status_code == 200
        assert page.context["portal"].tour["number"] == number


def test_the_tour_stands_on_an_empty_portal(client: Client) -> None:
    assert client.post(reverse("tour_step"), {"step": 1}).status_code == 404
    for role in (Role.APPLICANT, Role.REVIEWER, Role.FUND_MANAGER):
        make_user(role)
    for number in range(1, len(tour.STEPS) + 1):
        response = client.post(reverse("tour_step"), {"step": number})
        assert client.get(response.url).status_code == 200
    for wrong in ("0", "8", "x"):
        assert client.post(reverse("tour_step"), {"step": wrong}).status_code == 404


def test_a_card_begins_the_tour_and_ending_it_lasts(client: Client) -> None:
    reviewer, manager = make_user(Role.REVIEWER), make_user(Role.FUND_MANAGER)
    client.post(reverse("demo_become"), {"card": reviewer.pk})
    assert client.session[tour.KEY] == {"step": 3, "begun": False}
    assert client.post(reverse("tour_dismiss"), {"next": "/en/"}).url == "/en/"
    client.post(reverse("demo_become"), {"card": manager.pk})
    assert client.session[tour.KEY] is None
    assert client.get(reverse("capacity")).context["portal"].tour == {}


# --- the files ------------------------------------------------------------------------------
VERDICTS = {
    "needs_evidence": Verdict.NEEDS_EVIDENCE,
    "fails_rules": Verdict.FAIL,
    "ineligible": Verdict.FAIL,
}
FILES: list[dict[str, Any]] = content.read("files")["file"]
WHOLE = [told for told in FILES if "budget" in told]
SPECIAL = {"pipewhisper", "zolderlucht", "repitel", "bocalier"}


def expanded(told: dict[str, Any]) -> dict[str, Any]:
    on = timezone.localdate() - timedelta(days=told["days_before_now"])
    sections: dict[str, Any] = plain(expanding.expand(told, on=on, founder="Ada Lemmens"))
    return sections


@pytest.mark.parametrize("told", WHOLE, ids=lambda told: told["key"])
def test_every_file_is_complete_and_judged_as_told(told: dict[str, Any]) -> None:
    sections = expanded(told)
    assert set(sections) == set(outline(told["project"]["track"])) - {"documents"}
    for key, answers in sections.items():
        form = SECTIONS[key](SECTIONS[key].data_for(answers), strict=True)
        assert form.problems() == []
    on = timezone.localdate() - timedelta(days=told["days_before_now"])
    number = told["startup"]["enterprise_number"]
    received = Decimal(told["budget"]["de_minimis_received"])
    deminimis.declare(number, [(received, on)], on=on, declaration="test")
    said = facts.answered(sections)
    found = facts.of(said, call=make_call(), on=on, numbers=frozenset({number}))
    kinds = documents.needed(sections, on_paper="on_paper" in told)
    found = replace(
        found,
        documents=tuple(Attached(kind, reading=Document.Reading.READ) for kind in kinds),
        needed_documents=tuple(kinds),
        other_files=(),
    )
    assert eligibility.overall(eligibility.judge(found)) == VERDICTS.get(told["state"], "pass")


@pytest.mark.parametrize("told", WHOLE[::8], ids=lambda told: told["key"])
def test_what_is_drawn_adds_up_to_what_is_told(told: dict[str, Any]) -> None:
    sections = expanded(told)
    budget, project, startup = told["budget"], told["project"], told["startup"]
    milestones, cash = sections["work_plan"]["milestones"], sections["budget"]["cash"]
    assert len(milestones) == project["milestones"]
    assert sum(Decimal(row["amount"]) for row in milestones) == budget["requested"]
    costs = sum(budget[name] for name in ("personnel", "subcontracting", "equipment", "other"))
    assert sum(Decimal(row["money_out"]) for row in cash) == costs
    assert sum(Decimal(row["money_in"]) for row in cash) == costs
    assert sum(row["share"] for row in sections["ownership"]["owners"]) == 100
    founders = [row for row in sections["team"]["members"] if row.get("founder")]
    assert len(founders) == startup["founders"]
    assert sum(row["time"] == 100 for row in founders) == startup["full_time_founders"]
    received = [Decimal(row["amount"]) for row in sections["aid"].get("aid", [])]
    assert sum(received) == budget["de_minimis_received"]


def test_the_same_entry_gives_the_same_answers() -> None:
    assert expanded(WHOLE[0]) == expanded(WHOLE[0])


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Application]:
    """Only the files that stand for something special, by key."""
    read = content.read
    few = {"file": [told for told in FILES if told["key"] in SPECIAL]}
    instead = {"files": few, "panel": {"person": [], "file": []}}
    monkeypatch.setattr(content, "read", lambda name: instead.get(name) or read(name))
    assert loading.load(timezone.now(), KINDS) == len(SPECIAL)
    keys = {told["startup"]["enterprise_number"]: told["key"] for told in few["file"]}
    files = Application.objects.select_related("startup", "call", "extension")
    return {keys[file.startup.enterprise_number]: file for file in files}


def test_the_special_files_are_there(loaded: dict[str, Application]) -> None:
    now = timezone.now()
    asked = lifecycle.open_request(loaded["pipewhisper"], now=now)
    assert loaded["pipewhisper"].state == State.NEEDS_EVIDENCE
    assert asked
    assert asked.sections == ["size"]

    on_paper = loaded["zolderlucht"]
    assert on_paper.state == State.ELIGIBLE
    assert not on_paper.startup.memberships.exists()
    assert on_paper.documents.filter(kind=Document.Kind.SCAN).exists()
    assert Mail.objects.get(by_post=True).about == reference(on_paper)

    together = loaded["repitel"]
    parts = together.startup.memberships.order_by("pk").values_list("part", flat=True)
    assert list(parts) == [Part.OWNER, Part.EDITOR]
    last = together.sections.exclude(saved_at=None).latest("saved_at")
    assert last.saved_at < now - timedelta(days=8)

    late = loaded["bocalier"]
    assert not late.call.is_open(now)
    assert deadlines.may_submit(late, now)
    assert completeness.missing(late)


def test_the_register_knows_each_startup_as_it_describes_itself() -> None:
    """But for one whose seat lies outside the Region, for which the register is loaded."""
    register.load(timezone.localdate())
    known = [(told, lookup.enterprise(told["startup"]["enterprise_number"])) for told in WHOLE]
    assert [told["key"] for told, found in known if found is None] == ["kauwkracht"]
    for told, found in known:
        if found is None:
            continue
        assert found.activities
        assert (found.name, found.postal_code, str(found.started_on)) == (
            told["startup"]["startup_name"],
            told["startup"]["postal_code"],
            expanded(told)["startup"]["founded_on"],
        )


def test_the_register_knows_the_examples_startup(client: Client) -> None:
    register.load(timezone.localdate())
    assert register.load(timezone.localdate()) is None  # the second time it is there already
    application = make_empty_draft()
    example.fill(application, now=timezone.now())
    section = application.sections.get(name="startup")
    assert section.answers["startup_name"] == "Rondaline"
    assert section.answers["register_date"]
    assert not [gap for gap in completeness.missing(application) if gap.section == "startup"]
    client.force_login(application.author)
    page = client.get(reverse("section", args=[application.pk, "startup"])).content.decode()
    assert "From the company register" in page
    assert 'name="startup_name"' not in page
