"""Filling an application in as a person does: sections from top to bottom, rows by the button,
documents by their field. Everything is found by its name, with scripts and without."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect

from brustart.core.hashing import plain
from brustart.desk.demo import content, expanding
from tests.applications.bad_files import pdf
from tests.browser.visiting import send
from tests.mirabelle import enterprise_number

Answers = dict[str, Any]
_FIELDS = """form => Object.fromEntries(
  [...form.querySelectorAll('[name]')].map(field => [field.name, field.type]))"""


def example(language: str, **changes: Answers) -> dict[str, Answers]:
    """The demo's example for a startup of its own, section by section; `changes` by section."""
    told = content.read("example")[language]
    sections = expanding.expand(told, on=timezone.localdate(), founder=told["founder"])
    sections["startup"]["enterprise_number"] = enterprise_number()
    for owner in sections["ownership"]["owners"]:
        del owner["control"]  # nobody asks it of a person
    return {key: {**plain(answers), **changes.get(key, {})} for key, answers in sections.items()}


def fill(page: Page, answers: Answers) -> None:
    """Everything the open section asks, in the order of the page; each row once the one before
    it is filled in."""
    tables = {name: value for name, value in answers.items() if _is_table(value)}
    _fill(page, {name: value for name, value in answers.items() if name not in tables})
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            if number:
                add_row(page, table)
            _fill(page, {f"{table}-{number}-{name}": value for name, value in row.items()})


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _fill(page: Page, values: Answers) -> None:
    for name, kind in page.locator("main form[data-autosave]").evaluate(_FIELDS).items():
        if name in values:
            _put(page.locator("main"), name, kind, values[name])


def _put(form: Locator, name: str, kind: str, value: Any) -> None:
    """One answer, in whatever kind of field asks for it."""
    if kind in {"radio", "checkbox"}:
        for one in value if isinstance(value, list) else [value]:
            picked = "" if one is True else f"[value='{one}']"
            form.locator(f"[name='{name}']{picked}").check()
    elif kind == "select-one":
        form.locator(f"[name='{name}']").select_option(str(value))
    else:
        form.locator(f"[name='{name}']").fill(str(value))


def add_row(page: Page, table: str) -> None:
    rows = page.locator(f"#table-{table} > fieldset:visible")
    before = rows.count()
    page.locator(f"#table-{table} button[name=add]").click()
    expect(rows).to_have_count(before + 1)


def remove_row(page: Page, table: str, number: int) -> None:
    page.locator(f"button[name=remove][value='{table}-{number}']").click()


def save(page: Page) -> None:
    """By the form's first button, to wherever it leads."""
    send(page.locator("main form[data-autosave] .form-actions .btn-primary"))


def upload(page: Page, slot: str, name: str, content: bytes | None = None) -> Locator:
    """Choose a document for a place; without scripts, press its button too. Returns the place."""
    place = page.locator(f"#slot-{slot}")
    if content is None:
        content = pdf(name)
    payload = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    place.locator("input[type=file]").set_input_files(payload)
    button = place.locator(".upload-choice button")
    if button.is_visible():
        send(button)
    return place


def upload_needed(page: Page) -> None:
    """The two documents that every file needs."""
    for slot in ("deck", "financial_plan"):
        place = upload(page, slot, f"{slot}.pdf")
        expect(place.locator("[data-there] .document-name")).to_have_text(f"{slot}.pdf")
