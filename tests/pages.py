"""Reading pages as a browser would: what a form sends when nobody changes anything, where links
lead, what a file says; and what a page costs."""

import csv
import io
from html.parser import HTMLParser

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from brustart.accounts.models import User

PRESSED = {"submit", "button", "reset", "image"}  # sent only when they are used


class _Fields(HTMLParser):
    """The names and values that the fields in the page's <main> hold, <template> apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, list[str]] = {}
        self._inside = {"main": 0, "template": 0}
        self._area = self._select = ""
        self._offered: list[str] = []

    @property
    def _counts(self) -> bool:
        return self._inside["main"] > 0 and self._inside["template"] == 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._inside:
            self._inside[tag] += 1
        if not self._counts:
            return
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self._area = name
            self.values[name] = [""]
        elif tag == "input" and name and given.get("type") not in PRESSED:
            boxed = given.get("type") in {"radio", "checkbox"}
            value = given.get("value") or ("on" if boxed and "value" not in given else "")
            sent = [value] if not boxed or "checked" in given else []
            self.values.setdefault(name, []).extend(sent)
        elif tag == "select":
            self._select, self._offered = name, []
        elif tag == "option" and self._select:
            self._offered.append(given.get("value") or "")
            if "selected" in given:
                self.values.setdefault(self._select, []).append(self._offered[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside[tag] -= 1
        elif tag == "textarea":
            self._area = ""
        elif tag == "select" and self._select:
            self.values.setdefault(self._select, self._offered[:1])  # shown when none is chosen
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area][0] += data


def form_data(response: HttpResponse) -> dict[str, list[str]]:
    """Each field's values; a textarea's first line break is not part of its text, and every
    other one is sent as CR LF, as HTML says."""
    page = _Fields()
    page.feed(response.content.decode())
    areas = {
        name: [value.removeprefix("\n").replace("\n", "\r\n") for value in values]
        for name, values in page.values.items()
    }
    return {name: values for name, values in areas.items() if name != "csrfmiddlewaretoken"}


class _Ids(HTMLParser):
    """Every id on the page, <template> apart, and every link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self._templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._templates += tag == "template"
        if self._templates:
            return
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"


def ids(response: HttpResponse) -> list[str]:
    """The ids of the page's elements, in their order."""
    page = _Ids()
    page.feed(response.content.decode())
    return page.ids


def links(response: HttpResponse) -> list[str]:
    """Where the page's links lead, in their order."""
    page = _Ids()
    page.feed(response.content.decode())
    return page.links


def logged_in(user: User) -> Client:
    """This person at a browser that asks for English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def cost(client: Client, *urls: str) -> list[int]:
    """How often each page asks the database until its last byte."""
    found = []
    for url in urls:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
            assert response.status_code == 200, url
            assert response.getvalue()
        found.append(len(queries))
    return found


def csv_rows(client: Client, url: str, **asked: str) -> list[list[str]]:
    """A file to take home: its heads, and its rows."""
    response = client.get(url, asked)
    assert response.status_code == 200, url
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))
