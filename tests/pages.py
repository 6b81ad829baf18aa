"""Reading a page's form as a browser would: what it sends when nobody changes anything."""

from html.parser import HTMLParser

from django.http import HttpResponse


class _Fields(HTMLParser):
    """Collects the names and values that the page's main forms hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, list[str]] = {}
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "textarea":
            self._area = name
            self.values[name] = [""]
        elif tag == "input" and name and given.get("type") not in {"submit", "button"}:
            chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            self.values.setdefault(name, []).extend([given.get("value") or ""] if chosen else [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

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
