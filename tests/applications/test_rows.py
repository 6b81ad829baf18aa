"""Tables of rows without scripts: a row is added, removed and kept by the page's own buttons."""

from typing import Any

import pytest
from django.test import Client

from applications.forms import SECTIONS, Table
from applications.models import Application
from tests.applications.test_drafting import answers, page, section
from tests.factories import make_draft, make_empty_draft
from tests.pages import form_data, ids

pytestmark = pytest.mark.django_db
TABLES = [(key, table) for key, form in SECTIONS.items() for table in form.tables]
EACH_TABLE = pytest.mark.parametrize(
    ("key", "table"), TABLES, ids=[f"{key}-{table.name}" for key, table in TABLES]
)


def rows_of(data: dict[str, list[str]], table: str) -> list[dict[str, list[str]]]:
    """The rows that the page holds, each by its fields' names."""
    total = int(data[f"{table}-TOTAL_FORMS"][0])
    return [
        {
            name.removeprefix(f"{table}-{at}-"): values
            for name, values in data.items()
            if name.startswith(f"{table}-{at}-")
        }
        for at in range(total)
    ]


def three_milestones(client: Client) -> tuple[Application, str, dict[str, list[str]]]:
    application = make_draft()
    url = page(client, application, "work_plan")
    return application, url, form_data(client.get(url))


@EACH_TABLE
def test_an_empty_table_shows_one_blank_row_that_is_no_row(
    client: Client, key: str, table: Table
) -> None:
    application = make_empty_draft()
    url = page(client, application, key)
    response = client.get(url)
    sent = form_data(response)
    [row] = rows_of(sent, table.name)
    assert set(row) == set(table.row.base_fields)
    assert {"".join(values) for values in row.values()} == {""}
    assert f"table-{table.name}" in ids(response)
    client.post(url, sent)
    assert answers(application, key) == {}


@EACH_TABLE
def test_adding_saves_and_shows_one_blank_row_more(client: Client, key: str, table: Table) -> None:
    application = make_draft()
    url = page(client, application, key)
    before = form_data(client.get(url))
    response = client.post(url, before | {"add": [table.name]})
    assert response.url == f"{url}?more={table.name}#table-{table.name}"
    kept = answers(application, key)
    shown = rows_of(form_data(client.get(response.url)), table.name)
    shown_before = max(len(kept.get(table.name, [])), 1)  # an empty table shows a blank row
    assert len(shown) == shown_before + 1
    assert {"".join(values) for values in shown[-1].values()} == {""}
    client.post(url, form_data(client.get(response.url)))
    assert answers(application, key) == kept


def test_adding_keeps_what_was_typed_meanwhile(client: Client) -> None:
    application, url, sent = three_milestones(client)
    client.post(url, sent | {"milestones-0-title": ["Pilot"], "add": ["milestones"]})
    assert answers(application, "work_plan")["milestones"][0]["title"] == "Pilot"


@pytest.mark.parametrize("gone", [0, 1, 3])
def test_removing_takes_that_row_and_leaves_the_others_whole(client: Client, gone: int) -> None:
    application, url, sent = three_milestones(client)
    before = answers(application, "work_plan")
    response = client.post(url, sent | {"remove": [f"milestones-{gone}"]})
    assert response.url == f"{url}#table-milestones"
    left = [row for at, row in enumerate(before["milestones"]) if at != gone]
    assert answers(application, "work_plan") == before | {"milestones": left}
    assert len(rows_of(form_data(client.get(url)), "milestones")) == len(left)


def test_the_eleventh_row_goes_alone_when_the_second_is_removed(client: Client) -> None:
    """`members-1` is not `members-10`."""
    member = {"name": "A", "task": "B", "time": 50, "background": "C"}
    people = [{**member, "name": f"Person {number}"} for number in range(12)]
    application = make_draft(members=people)
    url = page(client, application, "team")
    client.post(url, form_data(client.get(url)) | {"remove": ["members-1"]})
    names = [row["name"] for row in answers(application, "team")["members"]]
    assert names == [f"Person {number}" for number in range(12) if number != 1]


def test_removing_keeps_what_was_wrong_in_the_rows_after_it(client: Client) -> None:
    application, url, sent = three_milestones(client)
    wrong = {"milestones-2-amount": ["lots"], "remove": ["milestones-0"]}
    client.post(url, sent | wrong)
    assert section(application, "work_plan").unread == {"milestones-1-amount": "lots"}
    assert form_data(client.get(url))["milestones-1-amount"] == ["lots"]


@pytest.mark.parametrize("nothing", ["", "milestones-99", "nothing-1", "-"])
def test_removing_what_is_not_there_removes_nothing(client: Client, nothing: str) -> None:
    application, url, sent = three_milestones(client)
    before = answers(application, "work_plan")
    client.post(url, sent | {"remove": [nothing]})
    assert answers(application, "work_plan") == before


def test_rows_left_blank_are_no_rows_and_close_up(client: Client) -> None:
    application, url, sent = three_milestones(client)
    blank = {name: [""] for name in sent if name.startswith("milestones-1-")}
    client.post(url, sent | blank | {"milestones-TOTAL_FORMS": ["6"]})
    titles = [row["title"] for row in answers(application, "work_plan")["milestones"]]
    assert titles == ["Step 1", "Step 3", "Step 4"]


def test_a_table_that_is_full_offers_no_more(client: Client) -> None:
    row = {"quarter": "2027-Q1", "money_in": 1, "money_out": 1}
    application = make_draft(cash=[row] * 16)
    url = page(client, application, "budget")
    assert len(rows_of(form_data(client.get(f"{url}?more=cash")), "cash")) == 16
    page_text = client.get(url).content.decode()
    assert 'name="add" value="cash" hidden' in page_text


def test_more_rows_than_fit_are_refused_with_a_sentence_and_stay_in_sight(
    client: Client,
) -> None:
    row = {"quarter": "2027-Q1", "money_in": 1, "money_out": 1}
    application = make_draft(cash=[row] * 16)
    url = page(client, application, "budget")
    sent = form_data(client.get(url))
    one_more = {"cash-16-quarter": ["Q2 2031"], "cash-16-money_in": ["3"]}
    response = client.post(url, sent | one_more | {"cash-TOTAL_FORMS": ["17"], "other": ["5"]})
    assert response.status_code == 200
    assert b"There are more rows than fit" in response.content
    assert b'href="#table-cash"' in response.content
    shown = form_data(response)
    assert shown["cash-16-quarter"] == ["Q2 2031"]
    kept = answers(application, "budget")
    assert (len(kept["cash"]), kept["other"]) == (16, "5.00")
    blank = {name: [""] for name in shown if name.startswith("cash-3-")}
    assert client.post(url, shown | blank).status_code == 302  # room for it, and not stale
    quarters = [one["quarter"] for one in answers(application, "budget")["cash"]]
    assert quarters == ["2027-Q1"] * 15 + ["2031-Q2"]


def test_rows_removed_and_added_on_one_page_are_all_kept(client: Client) -> None:
    """Scripts leave a removed row blank and number a new one on: numbers pass the most."""
    row = {"quarter": "2027-Q1", "money_in": 1, "money_out": 1}
    application = make_draft(cash=[row] * 16)
    url = page(client, application, "budget")
    sent = form_data(client.get(url)) | {"cash-TOTAL_FORMS": ["21"]}
    for at in range(5):
        gone = {name: [""] for name in sent if name.startswith(f"cash-{at}-")}
        sent |= gone | {f"cash-{16 + at}-quarter": [f"Q1 20{30 + at}"]}
    client.post(url, sent)
    quarters = [one["quarter"] for one in answers(application, "budget")["cash"]]
    assert quarters == ["2027-Q1"] * 11 + [f"20{30 + at}-Q1" for at in range(5)]


@EACH_TABLE
@pytest.mark.parametrize(
    "changes", [{"TOTAL_FORMS": None}, {"INITIAL_FORMS": None}, {"TOTAL_FORMS": ["x"]}]
)
def test_a_page_that_does_not_say_how_many_rows_it_has_erases_nothing(
    client: Client, key: str, table: Table, changes: dict[str, Any]
) -> None:
    application = make_draft(de_minimis_received=1_000)
    url = page(client, application, key)
    before = section(application, key)
    sent = form_data(client.get(url))
    for name, value in changes.items():
        sent.pop(f"{table.name}-{name}")
        sent |= {f"{table.name}-{name}": value} if value else {}
    assert client.post(url, sent).status_code == 400
    after = section(application, key)
    assert (after.answers, after.version) == (before.answers, before.version)
