"""What the fund does for a panel in a browser: files given, ties answered, people invited."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from brustart.desk.demo import content
from tests.browser.visiting import NAMES, mailed, open_file, send
from tests.live import Portal

MANAGER = "manager_benchekroun"
ERROR = {"fr": "Erreur", "nl": "Fout", "en": "Error"}
FILES: dict[str, dict[str, Any]] = {row["key"]: row for row in content.read("files")["file"]}


def name_of(key: str) -> str:
    """The startup of a file of the demo."""
    return str(FILES[key]["startup"]["startup_name"])


def give(page: Page, key: str, reviewer: str) -> str:
    """As a fund manager, give a file to this reviewer and to nobody else; the file's number."""
    file = open_file(page, name_of(key), "en")
    page.goto(f"/en/files/{file}/assign/")
    for proposed in page.locator("#id_reviewers input").all():
        proposed.uncheck()
    page.get_by_role("checkbox", name=NAMES[reviewer], exact=True).check()
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(rf"/en/files/{file}/$"))
    return file


def answer(page: Page, file: str, said: str) -> Locator:
    return page.locator(f"[name='{file}-answer'][value={said}]")


def invite(page: Page, portal: Portal, address: str, *, language: str) -> str:
    """As a fund manager, on the panel's page; the way to the invitation, from its mail."""
    page.goto("/en/calls/brustart-2/panel/")
    page.fill("[name=email]", address)
    page.select_option("main [name=language]", language)
    send(page.locator("button[value=invite]"))
    expect(page.locator("main tr", has_text=address)).to_have_count(1)
    mail = mailed(portal.mail_folder, address, "/panel/join/")
    found = re.search(r"/\w\w/panel/join/[\w-]+/", mail)
    assert found
    return found[0]
