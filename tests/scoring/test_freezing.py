"""A frozen ranking stays, and computing it again gives the same numbers."""

from typing import Any

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.core.hashing import sha256
from brustart.core.models import AuditEntry
from brustart.fund.models import Call
from scoring.review import conflicts, freezing
from scoring.review.models import FrozenRanking, PanelStatistics, Rank
from tests.factories import (
    add_up,
    make_assigned,
    make_call,
    make_reviewed,
    make_user,
    mark,
    panel_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER)


@pytest.fixture
def call() -> Call:
    """Four files, each read by two of three reviewers, of whom one is severe."""
    call = make_call(panel_size=3)
    for place, value in enumerate((2, 3, 4, 5)):
        pair = [panel_of(call)[place % 3], panel_of(call)[(place + 1) % 3]]
        reviews = make_assigned(call=call, reviewers=pair)
        for review in reviews:
            severe = review.reviewer == panel_of(call)[0]
            mark(review, value - (1 if severe else 0))
    add_up()
    return call


def freeze(call: Call, actor: User) -> FrozenRanking:
    return freezing.freeze(call, actor=actor, now=timezone.now())


def test_a_severe_reviewer_costs_no_place(call: Call) -> None:
    ranks = list(Rank.objects.filter(call=call).order_by("application_id"))
    assert [one.place for one in ranks] == [4, 3, 2, 1]
    assert all(1 <= one.low <= one.high <= 4 for one in ranks)
    known = PanelStatistics.objects.get(call=call)
    assert float(known.severities[0]) < -0.1
    assert (known.files, known.fewest, known.connected) == (4, 2, True)


def test_computing_it_again_gives_the_same_numbers(call: Call, manager: User) -> None:
    kept = freeze(call, manager)
    assert kept.sha256 == sha256(kept.content)
    assert len(kept.content["lines"]) == 4
    assert freezing.holds(FrozenRanking.objects.get(pk=kept.pk))
    assert AuditEntry.objects.filter(act="ranking.frozen").count() == 1


def test_a_number_that_was_tampered_with_is_found(call: Call, manager: User) -> None:
    kept = freeze(call, manager)
    kept.content["lines"][0]["calibrated"] = "4.9999"
    assert not freezing.holds(kept)


def test_nobody_is_named_in_it(call: Call, manager: User) -> None:
    content = str(freeze(call, manager).content)
    for person in panel_of(call):
        assert person.name not in content
    reviewers = {row["reviewer"] for row in FrozenRanking.objects.get().content["marks"]}
    assert reviewers == {0, 1, 2}


def test_the_same_ranking_is_frozen_once_and_the_next_one_under_its_number(
    call: Call, manager: User
) -> None:
    freeze(call, manager)
    with pytest.raises(freezing.CannotFreeze, match="already"):
        freeze(call, manager)
    make_reviewed(call=call, marks=[4, 4])
    assert freeze(call, manager).number == 2
    assert freezing.holds(FrozenRanking.objects.get(number=1))


def test_not_while_marks_are_added_up(call: Call, manager: User) -> None:
    (review,) = make_assigned(call=call, reviewers=1)
    mark(review, 4)
    with pytest.raises(freezing.CannotFreeze, match="right now"):
        freeze(call, manager)
    file = Rank.objects.filter(call=call).first()
    assert file is not None
    add_up()
    reader = file.application.reviews.first()
    assert reader is not None
    conflicts.recuse(
        file.application, reviewer=reader.reviewer, reason="A client.", now=timezone.now()
    )
    with pytest.raises(freezing.CannotFreeze, match="right now"):
        freeze(call, manager)


def test_nothing_to_freeze(manager: User) -> None:
    with pytest.raises(freezing.CannotFreeze):
        freeze(make_call(), manager)


def test_the_database_keeps_it(call: Call, manager: User) -> None:
    kept = freeze(call, manager)
    for change in (
        lambda: FrozenRanking.objects.filter(pk=kept.pk).update(number=9),
        lambda: FrozenRanking.objects.filter(pk=kept.pk).delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_the_pages(client: Client, call: Call, manager: User) -> None:
    client.force_login(manager)
    listed = client.get(reverse("ranking", args=[call.code])).content.decode()
    url = reverse("freeze_ranking", args=[call.code])
    assert url in listed
    assert "one in two" in listed
    answer = client.post(url)
    kept = FrozenRanking.objects.get()
    assert answer["Location"] == reverse("frozen_ranking", args=[kept.pk])
    assert client.post(url).status_code == 409
    page = client.get(answer["Location"])
    assert kept.sha256 in page.content.decode()
    assert page.context["holds"] is None
    assert client.post(answer["Location"]).context["holds"] is True
    assert answer["Location"] in client.get(reverse("ranking", args=[call.code])).content.decode()


@pytest.mark.parametrize(
    ("role", "reads", "freezes"),
    [
        (Role.FUND_MANAGER, 200, 200), (Role.AUDITOR, 200, 403), (Role.REVIEWER, 403, 403),
        (Role.APPLICANT, 403, 403), (Role.ADMINISTRATOR, 403, 403),
    ],
)  # fmt: skip
def test_who_reads_and_who_freezes(
    client: Client, call: Call, manager: User, role: Role, reads: int, freezes: int
) -> None:
    kept: Any = freeze(call, manager)
    client.force_login(make_user(role))
    assert client.get(reverse("frozen_ranking", args=[kept.pk])).status_code == reads
    assert client.get(reverse("freeze_ranking", args=[call.code])).status_code == freezes
