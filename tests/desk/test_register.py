"""The register's page: what is due, late and done; several at once; the export file."""

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.awards.models import Award
from brustart.fund import deminimis, registering
from brustart.fund.models import RegisterEntry
from tests.factories import make_award, make_user
from tests.pages import cost, csv_rows

pytestmark = pytest.mark.django_db
URL, CSV = "/en/register/", "/en/register.csv"


def due(award: Award, in_days: int) -> RegisterEntry:
    """The award's place in the register, due in so many days."""
    entry = entry_of(award)
    RegisterEntry.objects.filter(pk=entry.pk).update(
        due_on=timezone.localdate() + timedelta(days=in_days)
    )
    entry.refresh_from_db()
    return entry


def entry_of(award: Award) -> RegisterEntry:
    return RegisterEntry.objects.get(aid__reference=f"proposal:{award.proposal_id}")


def entries(client: Client, **asked: str) -> list[RegisterEntry]:
    return [line.entry for line in client.get(URL, asked).context["lines"]]


def mark(client: Client, *chosen: RegisterEntry, reference: str = "eAIR-1"):
    return client.post(URL, {"entries": [one.pk for one in chosen], "reference": reference})


def test_an_award_is_due_from_its_day_and_done_once_it_is_entered(
    client: Client, manager: User
) -> None:
    award = make_award()
    (entry,) = entries(client)
    assert entry.due_on == registering.due_on(timezone.localdate())
    page = client.get(URL).content.decode()
    assert str(award.application.startup) in page
    assert "€100,000" in page
    assert mark(client, entry).url == URL
    assert entries(client) == []
    assert entries(client, state="done") == [entry]
    page = client.get(URL, {"state": "done"}).content.decode()
    assert "eAIR-1" in page
    assert str(manager) in page


def test_late_ones_are_named_and_come_first(client: Client, manager: User) -> None:
    later, late, today = due(make_award(), 3), due(make_award(), -2), due(make_award(), 0)
    assert entries(client) == [late, today, later]
    assert entries(client, state="late") == [late]
    page = client.get(URL).content.decode()
    assert "1 grant is late." in page
    assert "2 days late" in page
    assert "3 days" in page


def test_several_are_marked_at_once_and_what_is_missing_is_said(
    client: Client, manager: User
) -> None:
    first, second, third = (entry_of(make_award()) for _award in range(3))
    response = mark(client, reference="")
    page = response.content.decode()
    assert "Choose at least one grant." in page
    assert "Write what the register answered." in page
    page = mark(client, first, reference=" ").content.decode()
    assert f'value="{first.pk}" checked' in page  # what was ticked stays so
    assert mark(client, first, second).url == URL
    assert entries(client) == [third]
    response = mark(client, second, third, reference="eAIR-2")
    assert response.status_code == 409
    assert "as eAIR-1" in response.content.decode()
    assert entries(client) == [third]


def test_an_auditor_reads_and_marks_nothing(client: Client, manager: User) -> None:
    entry = entry_of(make_award())
    client.force_login(make_user(Role.AUDITOR))
    assert "checkbox" not in client.get(URL).content.decode()
    assert mark(client, entry).status_code == 403
    assert len(csv_rows(client, CSV)) == 2
    entry.refresh_from_db()
    assert entry.entered_at is None


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.REVIEWER, Role.ADMINISTRATOR])
def test_nobody_else_comes_here(client: Client, role: Role) -> None:
    client.force_login(make_user(role))
    assert [client.get(url).status_code for url in (URL, CSV)] == [403, 403]


def test_words_and_numbers_find(client: Client, manager: User) -> None:
    award, other = make_award(), make_award()
    file = award.application
    wanted = entry_of(award)
    startup = file.startup
    startup.name = "Mirabelle & fils"
    startup.save()
    number = startup.number
    for words in ("mirabelle & f", "mira\0belle", number, number[:8], file.reference, str(file.pk)):
        assert wanted in entries(client, q=words), words
    assert entries(client, q="mirabelle & f") == [wanted]
    assert entry_of(other) not in entries(client, q=number)
    mark(client, wanted, reference="eAIR-99")
    assert entries(client, q="eair-99", state="done") == [wanted]
    assert "No grant matches" in client.get(URL, {"q": "nobody"}).content.decode()


def test_an_award_that_lapsed_is_no_longer_due(client: Client, manager: User) -> None:
    award = make_award()
    entry = entry_of(award)
    deminimis.take_back(entry.aid.reference, now=timezone.now())
    assert entries(client) == []
    assert entries(client, state="lapsed") == [entry]
    assert mark(client, entry).status_code == 409


def test_each_state_says_what_would_be_there(client: Client, manager: User) -> None:
    for state, words in {
        "": "Nothing is to be entered",
        "nonsense": "Nothing is to be entered",
        "late": "Nothing is late",
        "done": "Nothing was entered yet",
        "lapsed": "No award lapsed",
    }.items():
        assert words in client.get(URL, {"state": state}).content.decode()


def test_a_second_version_of_a_proposal_is_the_same_award(client: Client, manager: User) -> None:
    award = make_award()
    aid = entry_of(award).aid
    aid.reference = f"proposal:{award.proposal_id}.3"
    aid.save()
    (line,) = client.get(URL).context["lines"]
    assert line.award == award
    assert entries(client, q=award.application.reference) == [line.entry]


GOLDEN = {
    "en": (["Enterprise number", "Instrument", "File"], "Grant"),
    "fr": (["Numéro d’entreprise", "Instrument", "Dossier"], "Subvention"),
    "nl": (["Ondernemingsnummer", "Instrument", "Dossier"], "Subsidie"),
}


@pytest.mark.parametrize("language", GOLDEN)
def test_the_export_has_the_registers_fields(
    client: Client, manager: User, language: str, settings
) -> None:
    settings.FUND_AUTHORITY = "Région – Gewest"
    award = make_award(amount=Decimal("100000.50"))
    startup, run = award.application.startup, award.application.submission.runs.get()
    startup.name = "=Mirabelle, « été »"
    startup.save()
    run.facts["registered"]["activities"] = ["2025:62100", "2008:62010"]
    run.save()
    entry = entry_of(award)
    aid = entry.aid
    aid.counted_on = date(2026, 11, 20)
    aid.save()
    RegisterEntry.objects.update(due_on=date(2026, 12, 18))
    registering.enter(entry, reference="eAIR-7", actor=manager, now=timezone.now())
    manager.language = language
    manager.save()
    head, row = csv_rows(client, f"/{language}/register.csv", state="done")
    words, instrument = GOLDEN[language]
    assert [head[1], head[5], head[9]] == words
    assert len(head) == len(row)
    assert row == [
        "'=Mirabelle, « été »",
        startup.number,
        "100000.50",
        "2026-11-20",
        "Région – Gewest",
        instrument,
        "62.100",
        "2025",
        "Regulation (EU) 2023/2831",
        award.application.reference,
        "2026-12-18",
        timezone.localdate().isoformat(),
        "eAIR-7",
    ]


def test_the_export_keeps_to_the_filter_and_to_no_page(client: Client, manager: User) -> None:
    first, second = make_award(), make_award()
    mark(client, entry_of(first))
    assert [row[9] for row in csv_rows(client, CSV)[1:]] == [second.application.reference]
    assert [row[9] for row in csv_rows(client, CSV, state="done")[1:]] == [
        first.application.reference
    ]
    with patch("brustart.desk.reporting_aid.CHUNK", 1):
        make_award()
        assert len(csv_rows(client, CSV, page="2")) == 3


def test_thirty_grants_cost_what_one_costs(client: Client, manager: User) -> None:
    call = make_award().application.call
    one = cost(client, URL, CSV)
    for _award in range(29):
        make_award(call=call)
    assert cost(client, URL, CSV) == one
    assert max(one) <= 14
