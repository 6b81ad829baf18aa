"""What files are marked on: in versions, fixed once somebody marks; what does not apply is left
out."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from brustart.accounts.models import Role
from brustart.fund.models import Call
from scoring.review import reviewing, rubrics
from scoring.review.forms.marking import ReviewForm
from scoring.review.models import PanelScore, Rank, Rubric
from tests import factories
from tests.pages import form_data

pytestmark = pytest.mark.django_db


def measure(key: str, weight: int, *, floor: str = "0", may_skip: bool = False) -> dict[str, Any]:
    said = {"fr": f"{key} (fr)", "nl": f"{key} (nl)", "en": f"{key} (en)"}
    return {
        "key": key, "label": said, "hint": said, "weight": weight, "floor": floor,
        "may_skip": may_skip, "anchors": {"3": said, "5": said},
    }  # fmt: skip


def publish(call: Call, *measures: dict[str, Any], total: int = 50) -> Rubric:
    return rubrics.publish(
        call, measures, total=Decimal(total), actor=factories.make_user(Role.FUND_MANAGER),
        now=timezone.now(),
    )  # fmt: skip


def test_a_call_without_one_is_marked_on_the_grid() -> None:
    grid = rubrics.of(factories.make_call())
    assert grid.rubric is None
    assert sum(grid.weights.values()) == 100
    assert [one.floor for one in grid.measures] == [Decimal("2.5")] * 5
    assert grid.total == Decimal(60)
    assert dict(grid.measures[0].meanings)[5] == "excellent, no weakness worth naming"


def test_a_published_one_speaks_the_readers_language() -> None:
    call = factories.make_call()
    publish(call, measure("use", 100))
    with translation.override("nl"):
        one = rubrics.of(call).measure("use")
        assert (one.label, dict(one.meanings)[3]) == ("use (nl)", "use (nl)")
        choices = dict(ReviewForm(grid=rubrics.of(call)).fields["use"].choices)
        assert choices["3"] == "3 – use (nl)"
        assert "n/a" not in choices


def test_weights_add_up_to_a_hundred() -> None:
    call = factories.make_call()
    with pytest.raises(rubrics.CannotPublish, match="100"):
        publish(call, measure("use", 60), measure("team", 30))
    assert not Rubric.objects.exists()


def test_versions_stay_and_are_fixed_once_somebody_marks() -> None:
    review = factories.make_assigned()[0]
    call = review.application.call
    assert [publish(call, measure("use", 100)).number for _click in range(2)] == [1, 2]
    reviewing.save(review, reviewing.Written({"use": reviewing.Given(Decimal(4), "Yes.")}),
                   now=timezone.now())  # fmt: skip
    review.refresh_from_db()
    assert review.rubric == rubrics.of(call).rubric
    with pytest.raises(rubrics.CannotPublish, match="begun"):
        publish(call, measure("team", 100))
    with pytest.raises(DatabaseError), transaction.atomic():
        Rubric.objects.update(total=0)


def mark(review: Any, **marks: str | None) -> None:
    """Each mark with a reason; None: does not apply."""
    given = {
        key: reviewing.Given(Decimal(value) if value else None, "Seen.", value is None)
        for key, value in marks.items()
    }
    reviewing.save(review, reviewing.Written(given), now=timezone.now())
    reviewing.hand_in(review, actor=review.reviewer, now=timezone.now())


def test_what_does_not_apply_counts_for_nothing_instead_of_zero() -> None:
    call = factories.make_call(panel_size=2)
    publish(call, measure("use", 40, floor="2"), measure("green", 60, floor="3", may_skip=True))
    one, two = factories.make_assigned(factories.make_screened(call))
    mark(one, use="4", green=None)
    mark(two, use="3", green=None)
    factories.add_up()
    score = PanelScore.objects.get()
    assert score.medians == {"use": "3.5"}
    assert (score.total, score.n, score.passes) == (Decimal("70.00"), 2, True)
    assert Rank.objects.get().calibrated == Decimal("3.5")


def test_a_mark_that_some_leave_out_is_the_mean_of_the_others() -> None:
    call = factories.make_call(panel_size=2)
    publish(call, measure("use", 50), measure("green", 50, floor="3", may_skip=True))
    one, two = factories.make_assigned(factories.make_screened(call))
    mark(one, use="4", green="2")
    mark(two, use="4", green=None)
    factories.add_up()
    score = PanelScore.objects.get()
    assert score.medians == {"use": "4.0", "green": "2.0"}
    assert (score.total, score.passes) == (Decimal("60.00"), False)


def test_what_may_not_be_left_out_is_missing_at_handing_in() -> None:
    call = factories.make_call(panel_size=1)
    publish(call, measure("use", 100))
    review = factories.make_assigned(factories.make_screened(call))[0]
    with pytest.raises(reviewing.MarksMissing, match="use"):
        mark(review, use=None)


# --- the page ----------------------------------------------------------------------------------
def test_the_page_publishes_what_it_shows_with_what_was_changed() -> None:
    call, client = factories.make_call(), Client()
    client.force_login(factories.make_user(Role.FUND_MANAGER))
    url = reverse("rubric", args=[call.code])
    data = form_data(client.get(url))
    assert data["m-0-label_fr"] == ["Innovation"]
    wrong = client.post(url, data | {"m-0-weight": "30"})
    assert wrong.status_code == 422
    assert "105" in wrong.content.decode()
    assert not Rubric.objects.exists()
    changed = {"m-0-weight": "30", "m-1-weight": "15", "m-4-may_skip": "on", "total": "55"}
    assert client.post(url, data | changed).status_code == 302
    grid = rubrics.of(call)
    assert [one.weight for one in grid.measures] == [30, 15, 20, 20, 15]
    assert (grid.measures[4].may_skip, grid.total) == (True, Decimal(55))
    with translation.override("fr"):
        assert grid.measures[1].label == "Faisabilité et plan de travail"


def test_the_page_adds_and_takes_away_criteria() -> None:
    call, client = factories.make_call(), Client()
    client.force_login(factories.make_user(Role.FUND_MANAGER))
    url = reverse("rubric", args=[call.code])
    data = form_data(client.get(url))
    new = {
        f"m-5-{name}_{code}": "Team" for name in ("label", "hint") for code in ("fr", "nl", "en")
    }
    new |= {"m-5-weight": "15", "m-5-floor": "1", "m-4-DELETE": "on"}
    assert client.post(url, data | new).status_code == 302
    assert rubrics.of(call).keys == ["innovation", "feasibility", "team", "valorisation", "team_2"]


def test_the_page_only_reads_once_somebody_marks() -> None:
    review = factories.mark(factories.make_assigned()[0])
    call, client = review.application.call, Client()
    client.force_login(factories.make_user(Role.FUND_MANAGER))
    url = reverse("rubric", args=[call.code])
    assert "m-0-weight" not in client.get(url).content.decode()
    assert client.post(url, {"total": "1"})["Location"] == url
    assert not Rubric.objects.exists()
