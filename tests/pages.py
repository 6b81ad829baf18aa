"""Reading a page's form as a browser would: what it sends when nobody changes anything."""

from html.parser import HTMLParser

from django.http import HttpResponse

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
