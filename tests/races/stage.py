"""What the crowd finds: one hot envelope with more proposed than its cap allows, awards that run
with claims at every stage, and the people; made through the real acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.test import Client
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards import claiming
from brustart.awards.models import Award, BankAccount, Batch, Claim, Proposal, Tranche
from brustart.awards.paying import to_pay
from brustart.fund.models import Account, Call, CapChange
from tests import factories
from tests.awards import making
from tests.databases import Urls, clone, pointed_at

from .acting import Board
from .browsing import Person

AMOUNT = 100_000
MANAGERS, OWNERS, PANEL = 6, 8, 4
RUNNING = 6


@contextmanager
def seeded(template: Urls, *, files: int) -> Iterator[Urls]:
    """A database with so many open proposals, each one approval short, to be cloned."""
    with clone(template) as urls:
        with pointed_at(urls):
            _seed(files)
        yield urls


@transaction.atomic
def _seed(files: int) -> None:
    for number in range(MANAGERS):
        factories.make_user(Role.FUND_MANAGER, email=f"manager{number}@crowd.example")
    cap = AMOUNT * (RUNNING + files // 3)
    call = factories.make_call(panel_size=PANEL, cap=cap)
    owners = [factories.make_user(email=f"owner{number}@crowd.example") for number in range(OWNERS)]
    made = _reviewed(call, [owners[number % OWNERS] for number in range(files + RUNNING)])
    running = [making.make_running(one, amount=AMOUNT) for one in made[:RUNNING]]
    with making.reading():
        _claims(running)
    manager, first = factories.make_user(Role.FUND_MANAGER), factories.panel_of(call)[0]
    for file in made[RUNNING:]:
        factories.approve(factories.make_proposal(file, amount=AMOUNT, actor=manager), first)


def _reviewed(call: Call, authors: list[User]) -> list[Application]:
    manager = factories.make_user(Role.FUND_MANAGER)
    files = [factories.make_screened(call, author) for author in authors]
    for file in files:
        for review in factories.make_assigned(file, actor=manager):
            factories.mark(review)
    factories.add_up()
    return [Application.objects.get(pk=file.pk) for file in files]


def _claims(running: list[Award]) -> None:
    """None for the first two; then one more stage for each."""
    making.make_claim(running[2])
    making.make_verified(running[3])
    making.make_ordered(running[4])
    making.make_claim(running[4], position=2)
    making.make_batch(making.make_ordered(running[5]))
    second = making.make_claim(running[5], position=2)
    claiming.verify(second, actor=making.manager(), now=timezone.now())


def people() -> dict[str, list[Person]]:
    """Who takes part, each logged in. The first of the panel has approved all there is."""
    panel = factories.panel_of(Call.objects.get())
    return {
        "reviewers": [_logged_in(one) for one in panel[1:]],
        "managers": [_logged_in(one) for one in _of_the_crowd("manager")],
        "owners": [_logged_in(one) for one in _of_the_crowd("owner")],
    }


def _of_the_crowd(name: str) -> list[User]:
    found = User.objects.filter(email__startswith=name, email__endswith="@crowd.example")
    return list(found.order_by("pk"))


def _logged_in(user: User) -> Person:
    browser = Client()
    browser.force_login(user)
    return Person(user.pk, browser.cookies["sessionid"].value)


def look() -> Board:
    """What there is to do at this instant."""
    proposals = Proposal.objects.filter(state=Proposal.State.OPEN)
    reviewed = Application.objects.filter(state=State.REVIEWED)
    awards = Award.objects.order_by("pk")
    offers = awards.filter(state=Award.State.OFFERED)
    running = awards.filter(state=Award.State.RUNNING)
    claims = Claim.objects.filter(tranche__award__state=Award.State.RUNNING)
    free = Tranche.objects.filter(award__in=running).exclude(
        pk__in=Claim.objects.exclude(state=Claim.State.RETURNED).values("tranche")
    )
    given = BankAccount.objects.filter(ended_at=None)
    accounts = given.filter(confirmed_at=None)
    accountless = running.exclude(pk__in=given.values("award"))
    return Board(
        proposals=list(proposals.order_by("pk").values_list("application", "pk")),
        reviewed=list(reviewed.values_list("pk", flat=True)),
        offers=list(offers.values_list("application", "application__author")),
        running=list(running.values_list("application", flat=True)),
        tranches=list(free.order_by("pk").values_list("pk", "award__application__author")),
        to_verify=list(claims.filter(state=Claim.State.MADE).values_list("pk", flat=True)),
        to_order=list(claims.filter(state=Claim.State.VERIFIED).values_list("pk", flat=True)),
        to_pay=list(to_pay().values_list("pk", flat=True)),
        batches=[
            (one.pk, one.made_by_id, [claim.pk for claim in one.claims.all()])
            for one in Batch.objects.filter(state=Batch.State.MADE).prefetch_related("claims")
        ],
        accountless=list(accountless.values_list("application", "application__author")),
        accounts=list(accounts.values_list("pk", flat=True)),
        cap=int(Account.objects.get(parent=None).cap),
        change=CapChange.objects.filter(answer=None).values_list("pk", flat=True).first(),
        today=timezone.localdate().isoformat(),
    )
