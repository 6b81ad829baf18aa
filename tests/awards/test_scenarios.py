"""Scenarios of the funding line: a draft of one's own, saved, compared, proposed."""

from decimal import Decimal

import pytest
from django.utils import timezone

from applications.models import Track
from brustart.accounts.models import Role, User
from brustart.awards import scenarios
from brustart.awards.drafting import draft_reasons, drafts
from brustart.awards.models import Proposal, Scenario
from brustart.awards.scenarios import Edit, NameNeeded, NotSaved, Wanted
from brustart.core.models import AuditEntry
from scoring.review import freezing
from tests import factories
from tests.fund.changing import open_part

from .dividing import amounts, files_of, keep, ranked_call, saved

pytestmark = pytest.mark.django_db


# --- what a scenario holds ---------------------------------------------------------------------


def test_a_first_look_divides_what_is_left_if_every_proposal_passes(manager: User) -> None:
    call = ranked_call(4, 3, cap=300_000)
    factories.make_proposal(files_of(call)[1], amount=100_000)
    draft = scenarios.draft_of(call, manager)
    assert draft.amount == 200_000
    assert draft.pk is None
    assert amounts(call, manager) == [120_000]  # the other file is proposed already


def test_a_first_look_keeps_to_the_parts_of_the_envelope(manager: User) -> None:
    call = ranked_call(4, 3, cap=300_000)
    open_part(call.envelope, Track.DIGITAL, 130_000)
    factories.make_proposal(files_of(call)[1], amount=100_000)
    draft = scenarios.draft_of(call, manager)
    assert (draft.amount, draft.digital, draft.ehealth) == (200_000, 30_000, None)
    assert amounts(call, manager) == [0]  # the least that its file can do with is 72,000


def test_what_a_person_tries_out_is_theirs(manager: User) -> None:
    call, other = ranked_call(4, 3.5, 3), factories.make_user(Role.FUND_MANAGER)
    first = files_of(call)[0]
    keep(call, manager, {first.pk: Edit(excluded=True)})
    assert amounts(call, manager) == [0, 120_000, 80_000]
    assert amounts(call, other) == [120_000, 120_000, 120_000]
    keep(call, manager, {files_of(call)[1].pk: Edit(forced=Decimal(30_000))}, method="total")
    assert amounts(call, manager) == [0, 30_000, 120_000]
    assert Scenario.objects.count() == 1


def test_a_file_of_another_call_stays_out_of_a_draft(manager: User) -> None:
    call, stranger = ranked_call(4), factories.make_reviewed()
    keep(call, manager, {stranger.pk: Edit(forced=Decimal(10))})
    assert not Scenario.objects.get().lines.exists()


def test_a_file_below_the_thresholds_gets_nothing_but_by_hand(manager: User) -> None:
    call = ranked_call(4, 1)
    assert amounts(call, manager) == [120_000, 0]
    keep(call, manager, {files_of(call)[1].pk: Edit(forced=Decimal(50_000))})
    assert amounts(call, manager) == [120_000, 50_000]


def test_a_saved_scenario_keeps_its_amounts(manager: User) -> None:
    call = ranked_call(4, 3, 2.5)
    frozen = freezing.freeze(call, actor=manager, now=timezone.now())
    kept = saved(call, manager)
    assert [int(one.amount) for one in kept.lines.all()] == [120_000, 80_000, 0]
    assert kept.frozen == frozen
    keep(call, manager, amount=Decimal(0))
    assert [int(one.amount) for one in kept.lines.all()] == [120_000, 80_000, 0]
    assert AuditEntry.objects.filter(act="scenario.saved").count() == 1
    with pytest.raises(NameNeeded, match="already has this name"):
        scenarios.save_as(call, name="First", actor=manager, now=timezone.now())
    with pytest.raises(NameNeeded, match="Give the scenario a name"):
        scenarios.save_as(call, name="  ", actor=manager, now=timezone.now())


def test_going_on_from_a_saved_scenario(manager: User) -> None:
    call = ranked_call(4, 3)
    first = files_of(call)[0]
    kept = saved(call, manager, edits={first.pk: Edit(minimum=Decimal(7))}, method="total")
    keep(call, manager, {first.pk: Edit(excluded=True)})
    draft = scenarios.work_on(kept, actor=manager, now=timezone.now())
    assert draft.method == "total"
    line = draft.lines.get(application=first)
    assert (line.minimum, line.excluded) == (7, False)


# --- proposals ---------------------------------------------------------------------------------

WANTED = Wanted("New, feasible and useful to the Region.", "grant")


def test_each_file_is_proposed_or_refused_by_itself(manager: User) -> None:
    call = ranked_call(4, 3)
    kept = saved(call, manager, amount=Decimal(240_000))
    first, second = files_of(call)
    factories.make_proposal(second)
    wanted = {first.pk: WANTED, second.pk: WANTED}
    outcomes = scenarios.propose_all(kept, wanted, actor=manager, now=timezone.now())
    assert [bool(one.refused) for one in outcomes] == [False, True]
    assert Proposal.objects.get(application=first).amount == 120_000
    again = scenarios.propose_all(kept, wanted, actor=manager, now=timezone.now())
    assert all(one.refused for one in again)
    assert Proposal.objects.count() == 2


def test_nothing_comes_of_a_draft_or_of_a_file_without_money(manager: User) -> None:
    call = ranked_call(4, 3)
    draft = keep(call, manager, amount=Decimal(120_000))
    first, second = files_of(call)
    with pytest.raises(NotSaved):
        scenarios.propose_all(draft, {first.pk: WANTED}, actor=manager, now=timezone.now())
    kept = scenarios.save_as(call, name="One", actor=manager, now=timezone.now())
    assert not scenarios.propose_all(kept, {second.pk: WANTED}, actor=manager, now=timezone.now())
    assert not Proposal.objects.exists()


def test_the_draft_of_the_reasons_says_what_was_found() -> None:
    file = factories.make_reviewed(marks=[4, 4])
    words = draft_reasons(file)
    assert words.startswith("2 reviewers marked the project: 80 of 100; the call asks for 60.")
    assert "stands at place 1" in words
    assert "Its median mark is 4 of 5 on every criterion." in words
    assert words.endswith("It meets every rule of the call that was checked.")


def test_the_draft_names_what_is_weak() -> None:
    file = factories.make_reviewed(marks=[4])
    score = file.panel_score
    score.medians = {"innovation": "4.5", "feasibility": "3", "team": "2"}
    words = drafts([file])[file.pk]
    assert "strongest on Innovation, with a median of 4.5 of 5" in words
    assert "weakest on Team, with a median of 2 of 5" in words
    assert "Below the threshold of its criterion: Team." in words


def test_there_is_no_draft_before_the_marks() -> None:
    assert draft_reasons(factories.make_screened()) == ""
