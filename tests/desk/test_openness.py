"""What everybody reads of awards; and the statement of a year, which adds up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.awards.models import Award
from brustart.core.templatetags.portal import euros
from brustart.desk import publishing_awards
from brustart.fund import ledger
from brustart.fund.accounts import open_award_account
from brustart.fund.models import Envelope, Programme
from tests.factories import (
    make_award,
    make_call,
    make_envelope,
    make_proposal,
    make_reviewed,
    make_screened,
    make_user,
)
from tests.pages import cost, csv_rows

pytestmark = pytest.mark.django_db
URL, CSV = "/en/awards/", "/en/awards.csv"


def shown(client: Client, **asked: str) -> list[str]:
    return [one.file for one in client.get(URL, asked).context["awards"]]


def give_back(award: Award, amount: int) -> None:
    ledger.decommit(
        award.account, Decimal(amount), actor=None, now=timezone.now(), reference="given back"
    )


def test_everybody_reads_who_gets_what_for_what(client: Client) -> None:
    award = make_award(make_reviewed(make_screened(language="fr")))
    give_back(award, 30_000)
    response = client.get(URL)
    page = response.content.decode()
    assert "€70,000" in page  # net of what was given back
    assert "€100,000" not in page
    assert award.application.startup.name in page
    assert award.application.startup.number in page
    assert '<div lang="fr"><strong>Home care on time</strong>' in page
    assert "Each morning we plan the rounds of home nurses." in page
    assert response.context["total"] == 70_000


def test_what_people_said_while_judging_is_not_there(client: Client) -> None:
    award = make_award()
    page = client.get(URL).content.decode().split("<main")[1]  # the demo's people stand above
    everything = page + str(csv_rows(client, CSV))
    for hidden in (
        award.proposal.reasons,
        award.proposal.proposed_by.name,
        award.application.author.email,
        "Ada Lemmens",
    ):
        assert hidden not in everything


def test_only_what_stands_in_listed_calls_is_public(client: Client) -> None:
    kept = make_award()
    make_award(call=make_call(listed=False))
    make_proposal()
    for state in (Award.State.DECLINED, Award.State.EXPIRED):
        Award.objects.filter(pk=make_award().pk).update(state=state)
    assert shown(client) == [kept.application.reference]
    assert [row[0] for row in csv_rows(client, CSV)[1:]] == [kept.application.reference]


def test_an_award_that_ended_early_is_no_longer_listed(client: Client) -> None:
    award, now = make_award(), timezone.now()
    accepted = {"accepted_at": now, "accepted_by": award.application.author}
    for state, listed in (
        (Award.State.RUNNING, True),
        (Award.State.SUSPENDED, True),
        (Award.State.CLOSED, True),
        (Award.State.ENDED, False),
    ):
        Award.objects.filter(pk=award.pk).update(state=state, **accepted)
        assert publishing_awards.standing().exists() is listed, state


def test_year_and_programme_narrow_page_sum_and_file(client: Client) -> None:
    other = make_envelope(1_000_000, code="other")
    other.programme = Programme.objects.create(
        code="another", name_fr="Autre", name_nl="Ander", name_en="Another", competence="x",
        position=99,
    )  # fmt: skip
    other.save()
    first, second = make_award(), make_award(call=make_call(envelope=other), amount=50_000)
    Award.objects.filter(pk=first.pk).update(decided_at=first.decided_at - timedelta(days=400))
    year = str(timezone.localdate().year)
    one, two = first.application.reference, second.application.reference
    assert shown(client) == [two, one]
    for asked, found in (
        ({"year": year}, [two]),
        ({"programme": "brustart"}, [one]),
        ({"year": year, "programme": "brustart"}, []),
        ({"year": "x", "programme": "nothing"}, [two, one]),
        ({"year": "99999"}, [two, one]),
        ({"year": "\0", "programme": "no\0thing"}, [two, one]),
    ):
        assert shown(client, **asked) == found
        assert [row[0] for row in csv_rows(client, CSV, **asked)[1:]] == found
    response = client.get(URL, {"programme": "another"})
    assert response.context["total"] == 50_000
    assert len(response.context["years"]) == 2
    assert "No award matches" in client.get(URL, {"year": "1999"}).content.decode()


def test_before_the_first_award_the_page_says_so(client: Client) -> None:
    assert "Nothing was awarded yet" in client.get(URL).content.decode()
    assert len(csv_rows(client, CSV)) == 1


HEADS = {
    "en": ["Enterprise number", "Project", "Instrument", "Grant"],
    "fr": ["Numéro d’entreprise", "Projet", "Instrument", "Subvention"],
    "nl": ["Ondernemingsnummer", "Project", "Instrument", "Subsidie"],
}


@pytest.mark.parametrize("language", HEADS)
def test_the_file_has_the_whole_row_in_the_readers_language(client: Client, language: str) -> None:
    award = make_award()
    file = award.application
    head, row = csv_rows(client, f"/{language}/awards.csv")
    assert [head[2], head[3], head[8], row[8]] == HEADS[language]
    assert [*row[:8], *row[9:]] == [
        file.reference,
        "Mirabelle",
        file.startup.number,
        "Home care on time",
        "Each morning we plan the rounds of home nurses.",
        "en",
        "Brustart",
        {"en": "Brustart call", "fr": "Appel Brustart", "nl": "Oproep Brustart"}[language],
        "100000.00",
        timezone.localdate().isoformat(),
    ]


def test_a_link_to_it_stands_on_every_page(client: Client) -> None:
    assert f'href="{URL}"' in client.get("/en/").content.decode()


def test_thirty_awards_cost_what_one_costs(client: Client) -> None:
    call = make_award().application.call
    one = cost(client, URL, CSV)
    for _award in range(29):
        make_award(make_reviewed(make_screened(call)), amount=30_000)
    assert cost(client, URL, CSV) == one
    assert max(one) <= 10
    assert len(client.get(URL).context["awards"]) == 25
    assert len(csv_rows(client, CSV)) == 31  # no page ends it


def statement(year: int, suffix: str = "/") -> str:
    return f"/en/envelopes/brustart/statement/{year}{suffix}"


@pytest.fixture
def envelope() -> Envelope:
    award, now = make_award(), timezone.now()
    for step in (ledger.liquidate, ledger.order, ledger.pay):
        step(award.account, Decimal("12345.67"), actor=None, now=now, reference="first")
    give_back(award, 20_000)
    return award.application.call.envelope


def test_the_statement_shows_that_it_adds_up(
    client: Client, manager: User, envelope: Envelope
) -> None:
    year = timezone.localdate().year
    response = client.get(statement(year))
    found = response.context["statement"]
    envelope.account.refresh_from_db()
    assert found.closing[:2] == (envelope.account.cap, envelope.account.committed)
    page = response.content.decode()
    for expected in ("€3,920,000", euros(-20_000), "€12,345.67", "commitment", "Closing"):
        assert expected in page, expected
    rows = csv_rows(client, statement(year, ".csv"))
    columns = list(zip(*[row[3:] for row in rows[1:]], strict=True))
    for opening, *moves, closing in columns:
        assert Decimal(opening) + sum(map(Decimal, moves)) == Decimal(closing)
    assert rows[-1][2] == str(len(rows) - 3)  # each kind moved once
    assert [row[0] for row in rows[2:-1]] == [f"{timezone.localdate():%Y-%m}"] * (len(rows) - 3)


def test_there_is_a_statement_of_each_year_since_the_first_entry(
    client: Client, manager: User, envelope: Envelope
) -> None:
    year = timezone.localdate().year
    for other in (year - 1, year + 1, 0, 99999999999):
        assert client.get(statement(other)).status_code == 404
        assert client.get(statement(other, ".csv")).status_code == 404
    assert client.get("/en/envelopes/nothing/statement/2026/").status_code == 404


def test_a_year_in_which_nothing_moved_says_so(client: Client, manager: User) -> None:
    year, account = timezone.localdate().year, make_envelope(5, code="older").account
    award = open_award_account(account, asked=Decimal(1))
    before = timezone.now().replace(year=year - 2, month=6, day=1)
    ledger.commit(award, Decimal(1), actor=None, now=before, reference="award")
    page = client.get(f"/en/envelopes/older/statement/{year - 1}/").content.decode()
    assert "Nothing moved in this year." in page
    assert "Month by month" not in page


@pytest.mark.parametrize("role", [*Role])
def test_those_who_watch_over_the_fund_read_statements(
    client: Client, envelope: Envelope, role: Role
) -> None:
    client.force_login(make_user(role))
    expected = 200 if role in (Role.FUND_MANAGER, Role.AUDITOR) else 403
    year = timezone.localdate().year
    for suffix in ("/", ".csv"):
        assert client.get(statement(year, suffix)).status_code == expected


def test_thirty_entries_cost_what_one_costs(
    client: Client, manager: User, envelope: Envelope
) -> None:
    url = statement(timezone.localdate().year)
    (one,) = cost(client, url)
    account = envelope.account.awards.first()
    for number in range(30):
        ledger.liquidate(account, Decimal(1), actor=None, now=timezone.now(), reference=f"{number}")
    assert cost(client, url) == [one]
    assert one <= 12
