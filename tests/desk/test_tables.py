"""Tables to take home: each opens, in both forms, and is complete."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from applications.models import Track
from brustart.accounts.models import Role
from brustart.desk import tables
from brustart.fund import accounts, ledger
from brustart.fund.models import Call, Entry
from tests.factories import (
    make_award,
    make_call,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
)
from tests.fund.changing import open_part
from tests.pages import csv_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client: Client) -> Call:
    """A fund manager looks at a call with an award, a proposal and a file."""
    client.force_login(make_user(Role.FUND_MANAGER))
    found = make_call(code="first")
    make_award(make_reviewed(make_screened(found)))
    make_proposal(make_reviewed(make_screened(found)), amount=40_000)
    make_submitted(found)
    return found


def read(client: Client, table: str, **query: str) -> list[dict[str, str]]:
    url = reverse("capacity_export", args=[table, "csv"])
    heads, *rows = csv_rows(client, url, **query)
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", tables.TABLES)
def test_each_table_opens_in_both_forms_with_the_same_rows(
    client: Client, call: Call, name: str
) -> None:
    rows = read(client, name)
    assert rows
    response = client.get(reverse("capacity_export", args=[name, "xlsx"]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    heads, *body = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert heads == list(rows[0])
    assert len(body) == len(rows)
    text = [
        column for column in heads if all(isinstance(row[heads.index(column)], str) for row in body)
    ]
    for column in text:
        assert [row[heads.index(column)] for row in body] == [row[column] for row in rows]


def test_the_whole_ledger_in_its_order(client: Client, call: Call) -> None:
    rows = read(client, "entries")
    assert [row["Number"] for row in rows] == ["1", "2"]
    assert [row["Fingerprint"] for row in rows] == list(
        Entry.objects.order_by("sequence").values_list("hash", flat=True)
    )
    assert rows[1]["Fingerprint before it"] == rows[0]["Fingerprint"]
    assert [row["What"] for row in rows] == ["cap change", "commitment"]
    assert rows[1]["Amount (EUR)"] == "100000.00"


def test_the_ledger_of_an_envelope_holds_its_parts(client: Client, call: Call) -> None:
    open_part(call.envelope, Track.DIGITAL, 300_000)
    make_call(code="second")
    rows = read(client, "entries", envelope=call.envelope.code)
    assert [(row["Cap of the track"], row["Number"]) for row in rows] == [
        ("", "1"),
        ("", "2"),
        ("Digital", "1"),
    ]
    assert {row["Envelope"] for row in rows} == {call.envelope.code}


def test_files_say_what_became_of_them(client: Client, call: Call) -> None:
    rows = {row["State"]: row for row in read(client, "files")}
    assert rows.keys() == {"Awarded", "Award proposed", "Being screened"}
    awarded = rows["Awarded"]
    assert (awarded["Committed (EUR)"], awarded["Paid (EUR)"]) == ("100000.00", "0.00")
    assert (awarded["Municipality"], awarded["Postal code"]) == ("Bruxelles", "1000")
    assert (awarded["Track"], awarded["Trial call"]) == ("Digital", "No")
    assert rows["Being screened"]["Awarded (EUR)"] == ""


def test_files_are_narrowed_as_their_list_is(client: Client, call: Call) -> None:
    assert [row["State"] for row in read(client, "files", state="awarded")] == ["Awarded"]
    assert len(read(client, "files", q="nobody is called so")) == 0


def test_open_proposals_alone(client: Client, call: Call) -> None:
    assert [row["Amount (EUR)"] for row in read(client, "proposals")] == ["40000.00"]


def test_headings_are_in_the_language_of_the_page(client: Client, call: Call) -> None:
    with translation.override("fr"):
        url = reverse("capacity_export", args=["by_stage", "csv"])
    assert url.startswith("/fr/")
    text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
    assert "Octroyé" in text


def test_over_time_has_each_day(client: Client, call: Call) -> None:
    (row,) = read(client, "burn_down")
    assert (row["Cap (EUR)"], row["Left (EUR)"]) == ("4000000.00", "3900000.00")


def test_a_table_as_of_a_day(client: Client, call: Call) -> None:
    assert read(client, "entries", at="2001-01-01") == []


def test_a_table_of_today_is_not_named_after_an_earlier_day(client: Client, call: Call) -> None:
    today = timezone.localdate().isoformat()
    for table, day in (("awards", today), ("files", today), ("proposals", "2001-01-01")):
        for kind in ("csv", "xlsx"):
            url = reverse("capacity_export", args=[table, kind])
            response = client.get(url, {"at": "2001-01-01"})
            assert b"".join(response.streaming_content)
            sent = f'attachment; filename="{table}-{day}.{kind}"'
            assert response["Content-Disposition"] == sent


def test_an_unknown_table_or_form_does_not_exist(client: Client, call: Call) -> None:
    for table, kind in (("nothing", "csv"), ("files", "pdf")):
        assert client.get(reverse("capacity_export", args=[table, kind])).status_code == 404


def test_who_does_not_oversee_the_fund_takes_nothing_home(client: Client) -> None:
    for role in (Role.APPLICANT, Role.REVIEWER, Role.ADMINISTRATOR):
        client.force_login(make_user(role))
        url = reverse("capacity_export", args=["entries", "csv"])
        assert client.get(url).status_code == 403


def test_a_long_ledger_is_read_by_a_cursor_of_the_server(client: Client, call: Call) -> None:
    award = accounts.open_award_account(call.envelope.account, asked=Decimal(1_000))
    for number in range(60):
        ledger.commit(
            award, Decimal(10), actor=None, now=timezone.now(), reference=f"part {number}"
        )
    with CaptureQueriesContext(connection) as queries:
        assert len(read(client, "entries")) == 62
    assert len(queries) <= 4  # the session, the person, the cursor
