"""One person of the crowd at a browser: forms sent over HTTP, and what the portal answered."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 60  # seconds for one answer
IDLE = 1.0  # seconds after which the server may close a connection
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BOUNDARY = "a-claim-of-the-crowd"


@dataclass(frozen=True)
class Attempt:
    """One form to send. `key` is what its row in the database says, when it is done."""

    kind: str
    key: tuple[Any, ...]
    path: str
    fields: Mapping[str, Any]
    paper: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What the portal said; status 0: the connection broke before it said anything."""

    status: int
    body: str = ""
    levels: tuple[str, ...] = ()


@dataclass
class Person:
    """An account of the portal, logged in; several clients may share it, as tabs do."""

    pk: int
    session: str


class Browser:
    """One person's keep-alive connection to the portal; for one thread."""

    def __init__(self, port: int, person: Person) -> None:
        self.port, self.person, self.used = port, person, 0.0
        self.cookies, self.token = {"sessionid": person.session}, ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def read(self, path: str) -> dict[str, str]:
        """The hidden fields of a page; none when it does not answer."""
        answer = self._ask("GET", path, b"", {})
        hidden = dict(HIDDEN.findall(answer.body))
        self.token = hidden.get("csrfmiddlewaretoken", self.token)
        return hidden if answer.status == 200 else {}

    def send(self, attempt: Attempt) -> Answer:
        fields = {**attempt.fields, "csrfmiddlewaretoken": self.token}
        if attempt.paper:
            kind, body = f"multipart/form-data; boundary={BOUNDARY}", _parts(fields, attempt.paper)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()
        return self._ask("POST", attempt.path, body, {"Content-Type": kind})

    def close(self) -> None:
        self.connection.close()

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if time.monotonic() - self.used > IDLE:
            self.close()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, headers | {"Cookie": cookies})
            response = self.connection.getresponse()
            text = response.read().decode()
        except (http.client.HTTPException, OSError) as error:
            self.close()
            return Answer(0, repr(error))
        self.used = time.monotonic()
        return Answer(response.status, text, self._keep(response))

    def _keep(self, response: http.client.HTTPResponse) -> tuple[str, ...]:
        """Keep the cookies but for the message, which a browser would show and forget."""
        from django.contrib.messages.storage.cookie import CookieStorage  # reads the settings
        from django.http import HttpRequest, parse_cookie

        given: dict[str, str] = {}
        for line in response.headers.get_all("Set-Cookie", []):
            given |= parse_cookie(line.split(";", 1)[0])
        asked = HttpRequest()
        asked.COOKIES["messages"] = given.pop("messages", "")
        self.cookies |= given
        return tuple(one.level_tag for one in CookieStorage(asked))


def _parts(fields: Mapping[str, Any], paper: bytes) -> bytes:
    """The fields and one PDF as a browser sends a form with documents."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    lines = [f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    lines.append(f'{head}"uploads"; filename="paper.pdf"\r\nContent-Type: application/pdf\r\n\r\n')
    return "".join(lines).encode() + paper + f"\r\n--{BOUNDARY}--\r\n".encode()
