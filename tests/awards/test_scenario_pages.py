"""The funding line over HTTP: tried out, saved, compared, proposed."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards.candidates import picture
from brustart.awards.models import Proposal, Scenario
from brustart.fund.models import Call
from scoring.review import freezing
from tests import factories
from tests.pages import cost, form_data, logged_in

from .dividing import amounts, files_of, keep, ranked_call, saved

pytestmark = pytest.mark.django_db


def page(user: User, call: Call) -> str:
    answer = logged_in(user).get(reverse("line", args=[call.code]))
    assert answer.status_code == 200
    return answer.content.decode()


def edited(client: Client, call: Call, **changes: Any) -> dict[str, Any]:
    """The line's form as a browser sends it, with changes."""
    found = form_data(client.get(reverse("line", args=[call.code])))
    found.pop("name")
    return found | changes


def test_the_frozen_ranking_counts_and_the_page_says_when_the_live_one_differs(
    manager: User,
) -> None:
    call = ranked_call(4, 3)
    assert "The ranking is not frozen" in page(manager, call)
    frozen = freezing.freeze(call, actor=manager, now=timezone.now())
    assert "the live ranking is the same" in page(manager, call)
    for review in factories.make_assigned(call=call):
        factories.mark(review, 5)
    factories.add_up()
    words = page(manager, call)
    assert "The live ranking is not the same any more" in words
    draft = keep(call, manager)
    assert draft.frozen == frozen
    assert len(picture(draft, reader=manager).rows) == 2


def test_recalculating_keeps_what_was_changed(manager: User) -> None:
    call, client = ranked_call(4, 3), logged_in(manager)
    first = files_of(call)[0]
    url = reverse("recalculate_line", args=[call.code])
    data = edited(client, call, amount="150,000", **{f"file{first.pk}-excluded": "on"})
    assert client.post(url, data)["Location"].startswith(reverse("line", args=[call.code]))
    assert amounts(call, manager) == [0, 120_000]
    words = page(manager, call)
    assert "left out by hand" in words
    assert "€30,000" in words
    assert form_data(client.get(reverse("line", args=[call.code])))["amount"] == ["150,000"]


def test_the_line_ends_where_the_button_says(manager: User) -> None:
    call, client = ranked_call(4, 3), logged_in(manager)
    url = reverse("recalculate_line", args=[call.code])
    client.post(url, edited(client, call, line="1"))
    assert amounts(call, manager) == [120_000, 0]
    assert "behind the last place" in page(manager, call)


def test_a_change_updates_the_page_in_pieces(manager: User) -> None:
    call, client = ranked_call(4, 3), logged_in(manager)
    url = reverse("recalculate_line", args=[call.code])
    data = edited(client, call, amount="150,000")
    words = client.post(url, data, headers={"HX-Request": "true"}).content.decode()
    for part in ("line-figures", "line-problems", f"line-amount-{files_of(call)[0].pk}"):
        assert f'id="{part}"' in words
    assert "<input" not in words
    bad = client.post(url, data | {"amount": "much"}, headers={"HX-Request": "true"})
    assert 'href="#id_amount"' in bad.content.decode()
    assert amounts(call, manager) == [120_000, 0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("forced", "120,001", "more than that cannot be given"),
        ("minimum", "120,001", "more than that cannot be given"),
        ("forced", "5", "below the minimum"),
        ("forced", "0", "There is a problem"),
    ],
)
def test_what_cannot_be_given_to_a_file(manager: User, field: str, value: str, words: str) -> None:
    call, client = ranked_call(4), logged_in(manager)
    key = files_of(call)[0].pk
    data = edited(client, call) | {f"file{key}-minimum": "6", f"file{key}-{field}": value}
    answer = client.post(reverse("recalculate_line", args=[call.code]), data)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "There is a problem" in answer.content.decode()
    assert f'value="{value}"' in answer.content.decode()
    assert not Scenario.objects.exists()


def test_saving_and_comparing(manager: User) -> None:
    call, client = ranked_call(4, 3), logged_in(manager)
    url = reverse("save_scenario", args=[call.code])
    assert "Give the scenario a name" in client.post(url, {"name": " "}).content.decode()
    made = client.post(url, {"name": "Both"})
    both = Scenario.objects.get(name="Both")
    assert made["Location"] == reverse("scenario", args=[both.pk])
    one = saved(call, manager, "One only", amount=Decimal(150_000))
    assert "already has this name" in client.post(url, {"name": "Both"}).content.decode()
    words = client.get(reverse("scenario", args=[one.pk])).content.decode()
    assert "€120,000" in words
    side = reverse("compare_scenarios", args=[call.code])
    words = client.get(side, {"scenario": [both.pk, one.pk]}).content.decode()
    assert "differs" in words
    assert "the same" in words
    assert "€240,000" in words
    assert client.get(side, {"scenario": [one.pk, "x"]}).status_code == 302


def test_a_draft_has_no_page_of_its_own(manager: User) -> None:
    draft = keep(ranked_call(4), manager)
    for name in ("scenario", "propose_scenario"):
        assert logged_in(manager).get(reverse(name, args=[draft.pk])).status_code == 404


def confirmed(client: Client, kept: Scenario, *files: Application) -> dict[str, Any]:
    found = form_data(client.get(reverse("propose_scenario", args=[kept.pk])))
    return found | {f"file{one.pk}-confirmed": "on" for one in files}


def test_only_confirmed_files_are_proposed_and_twice_does_no_harm(manager: User) -> None:
    call, client = ranked_call(4, 3), logged_in(manager)
    kept = saved(call, manager, amount=Decimal(240_000))
    first, second = files_of(call)
    url = reverse("propose_scenario", args=[kept.pk])
    words = client.get(url).content.decode()
    assert "reviewers marked the project" in words
    data = confirmed(client, kept, first)
    assert client.post(url, data).status_code == 302
    late = client.post(url, data)
    assert late.status_code == 409
    assert "These were not proposed" in late.content.decode()
    proposal = Proposal.objects.get()
    assert (proposal.application, proposal.amount) == (first, 120_000)
    assert "2 reviewers marked the project" in proposal.reasons
    second.refresh_from_db()
    assert second.state == State.REVIEWED
    assert f"file{second.pk}-confirmed" in client.get(url).content.decode()


def test_nothing_ticked_or_no_reasons_proposes_nothing(manager: User) -> None:
    call, client = ranked_call(4), logged_in(manager)
    kept, file = saved(call, manager), files_of(call)[0]
    url = reverse("propose_scenario", args=[kept.pk])
    assert client.post(url, confirmed(client, kept)).status_code == 302
    data = confirmed(client, kept, file) | {f"file{file.pk}-reasons": " "}
    assert "Give the reasons" in client.post(url, data).content.decode()
    assert not Proposal.objects.exists()


READ = {Role.FUND_MANAGER, Role.AUDITOR}


@pytest.mark.parametrize("role", Role)
def test_who_may_read_and_who_may_act(role: Role, manager: User) -> None:
    call = ranked_call(4)
    kept = saved(call, manager)
    client = logged_in(factories.make_user(role))
    by_call, by_scenario = [call.code], [kept.pk]
    for name, args in (("line", by_call), ("scenario", by_scenario)):
        status = client.get(reverse(name, args=args)).status_code
        assert status == (200 if role in READ else 403)
    side = client.get(reverse("compare_scenarios", args=by_call))
    assert side.status_code == (302 if role in READ else 403)
    assert client.get(reverse("propose_scenario", args=by_scenario)).status_code == (
        200 if role == Role.FUND_MANAGER else 403
    )
    for name, args in (
        ("recalculate_line", by_call),
        ("save_scenario", by_call),
        ("work_on_scenario", by_scenario),
    ):
        status = client.post(reverse(name, args=args)).status_code
        assert (status != 403) == (role == Role.FUND_MANAGER)


def test_an_auditor_sees_no_fields() -> None:
    words = page(factories.make_user(Role.AUDITOR), ranked_call(4))
    assert "Recalculate" not in words
    assert "€120,000" in words


def test_an_empty_call_has_a_line_too(manager: User) -> None:
    assert "No file is ranked yet" in page(manager, factories.make_call())


def test_the_pages_cost_the_same_with_three_files_and_with_thirty(manager: User) -> None:
    def costs(number: int) -> list[int]:
        call = ranked_call(*[4] * number)
        kept = saved(call, manager, amount=Decimal(3_900_000))
        other = saved(call, manager, "Second", amount=Decimal(300_000))
        both = f"?scenario={kept.pk}&scenario={other.pk}"
        urls = [
            reverse("line", args=[call.code]),
            reverse("scenario", args=[kept.pk]),
            reverse("propose_scenario", args=[kept.pk]),
            reverse("compare_scenarios", args=[call.code]) + both,
        ]
        return cost(logged_in(manager), *urls)

    assert costs(3) == costs(30)
