"""A call's panel grown: who reads what, from 100 files to 1,000; the ranking's page, from 100 to
10,000. Each figure's control is the small one, so that the ratio is the growth."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from time import perf_counter

import psycopg
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.forms.topics import Topic
from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.fund.models import Call
from scoring.review.matching import File, Reader, Task, match
from scoring.review.models import PanelScore, PanelStatistics, Rank
from scoring.review.views.ranking import LINES_A_PAGE
from tests import factories
from tests.bench import copies
from tests.bench.measuring import Broken, Figure, Run, beside
from tests.databases import Urls, clone, pointed_at

FILES_A_READER, EACH = 50, 3
LANGUAGES = ("fr", "nl", "en")


def measure(
    template: Urls, *, rounds: int, matched: Sequence[int], ranked: Sequence[int], pages: int
) -> list[Figure]:
    """`matched`, `ranked`: numbers of files, the smaller first; `pages`: requests a round."""
    small, large = matched
    figures = [
        beside(
            "who reads what, files",
            control=(_said(small), lambda: _matching(small)),
            ours=(_said(large), lambda: _matching(large)),
            rounds=rounds,
        )
    ]
    with ExitStack() as stack:
        few, many = (_rankings(template, number, stack, pages) for number in ranked)
        figures.append(
            beside(
                "ranking page, requests",
                control=(f"{ranked[0]:,} files", few),
                ours=(f"{ranked[1]:,} files", many),
                rounds=rounds,
            )
        )
    return figures


def _said(files: int) -> str:
    return f"{files:,} files, {_readers(files)} readers, {EACH} each"


def _readers(files: int) -> int:
    return max(6, round(files * EACH / FILES_A_READER))


def task(files: int) -> Task:
    """The same panel for the same number: languages and fields mixed, a conflict in fifty."""
    dice, topics = Random(files), list(Topic.values)
    readers = [
        Reader(
            key=key,
            languages=frozenset(dice.sample(LANGUAGES, dice.choice((2, 3)))),
            topics=frozenset(dice.sample(topics, 3)),
            reads_ehealth=key % 2 == 0,
            capacity=round(1.4 * FILES_A_READER),
        )
        for key in range(_readers(files))
    ]
    wanted = [
        File(key, dice.choice(LANGUAGES), frozenset(dice.sample(topics, 2)), key % 3 == 0, EACH)
        for key in range(files)
    ]
    barred = {
        (file.key, dice.choice(readers).key) for file in wanted for _draw in range(2)
        if dice.random() < len(readers) / 100
    }  # fmt: skip
    return Task(wanted, readers, barred=frozenset(barred))


def _matching(files: int) -> float:
    """Files a second."""
    panel = task(files)
    begun = perf_counter()
    found = match(panel)
    taken = perf_counter() - begun
    if len(found.pairs) != files * EACH or found.pairs & panel.barred:
        raise Broken(f"{len(found.pairs)} readings of {files} files")
    return files / taken


@dataclass(frozen=True)
class _Ranking:
    """The ranking's page of a call, asked for by a fund manager."""

    urls: Urls
    call: Call
    manager: User
    pages: int
    last: int

    def read(self) -> float:
        """Pages a second: the first and the last in turn."""
        with pointed_at(self.urls):
            client = Client()
            client.force_login(self.manager)
            url = reverse("ranking", args=[self.call.code])
            begun = perf_counter()
            for number in range(self.pages):
                answer = client.get(url, {"page": self.last if number % 2 else 1})
                if answer.status_code != 200:
                    raise Broken(f"{url} answers {answer.status_code}")
            return self.pages / (perf_counter() - begun)


def _rankings(template: Urls, files: int, stack: ExitStack, pages: int) -> Run:
    """A call with so many ranked files, in a database of its own."""
    settings.ALLOWED_HOSTS = ["*"]
    urls = stack.enter_context(clone(template))
    with pointed_at(urls):
        call, manager = factories.make_call(), factories.make_user(Role.FUND_MANAGER)
        copies.make(call, files, asking={0: 90_000})
        rank(call)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("ANALYZE")  # as the server does by itself a minute later
    return _Ranking(urls, call, manager, pages, last=-(-files // LINES_A_PAGE)).read


@transaction.atomic
def rank(call: Call) -> None:
    """Give every file of the call a score and a place, as if it had been judged."""
    rows = Application.objects.filter(call=call)
    rows.update(state=State.REVIEWED, state_since=F("state_since"))
    now, medians = timezone.now(), {"team": "3.5"}
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    PanelScore.objects.bulk_create(
        (
            PanelScore(
                application_id=key, medians=medians, total=70, n=3, passes=True, computed_at=now
            )
            for key in keys
        ),
        batch_size=1000,
    )
    Rank.objects.bulk_create(
        (
            Rank(
                application_id=key, call=call, place=place, calibrated=Decimal(4),
                deviation=Decimal("0.3"), expected=place, low=max(1, place - 2), high=place + 2,
                computed_at=now,
            )
            for place, key in enumerate(keys, start=1)
        ),
        batch_size=1000,
    )  # fmt: skip
    PanelStatistics.objects.create(
        call=call, method="bench", seed=1, draws=1, r_hat=1, connected=True, severities=[],
        files=len(keys), fewest=3, computed_at=now,
    )  # fmt: skip
