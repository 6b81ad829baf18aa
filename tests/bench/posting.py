"""Somebody logged in who sends forms over HTTP, with the token that the site's own page gives."""

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.bench.measuring import Broken

STAY = 20  # requests on a connection; then another, so that none stays with one process
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PAGE, JSON = "text/html", "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What a site said; `location`: where it sends the reader."""

    location: str
    body: bytes


class Sender:
    """One session on the site on this port; for one thread at a time."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.sent = port, 0
        self.cookies, self.token = {"sessionid": session}, ""
        self.connection = self._connect()

    def open(self, path: str) -> dict[str, str]:
        """Read a page and keep its token; the hidden fields of its forms. Raises Broken.

        Whoever is ready may wait for the others longer than a site keeps an idle connection.
        """
        self.connection.request("GET", path, headers=self._headers(PAGE))
        answer = self._answer(self.connection, path, http.client.OK)
        hidden = dict(HIDDEN.findall(answer.body.decode()))
        self.token = hidden["csrfmiddlewaretoken"]
        self.close()
        return hidden

    def send(
        self, path: str, fields: Mapping[str, object], *, accept: str = PAGE, status: int
    ) -> Answer:
        """Send a form. Raises Broken unless the site answers with this status."""
        self.sent += 1
        if self.sent % STAY == 0:
            self.close()
        self._post(self.connection, path, fields, accept)
        return self._answer(self.connection, path, status)

    def send_twice(self, path: str, fields: Mapping[str, object], *, status: int) -> Answer:
        """The same form on two new connections at once, as when a network fails and the device
        tries again while the first is on its way; the second's answer."""
        self.close()
        connections = [self._connect(), self._connect()]
        for connection in connections:
            self._post(connection, path, fields, PAGE)
        answers = [self._answer(connection, path, status) for connection in connections]
        for connection in connections:
            connection.close()
        return answers[-1]

    def close(self) -> None:
        """The next request opens another connection."""
        self.connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _headers(self, accept: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept": accept, "Cookie": cookies}

    def _post(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        fields: Mapping[str, object],
        accept: str,
    ) -> None:
        body = urlencode({**fields, "csrfmiddlewaretoken": self.token})
        headers = self._headers(accept) | {"Content-Type": FORM}
        connection.request("POST", path, body=body, headers=headers)

    def _answer(self, connection: http.client.HTTPConnection, path: str, status: int) -> Answer:
        response = connection.getresponse()
        body = response.read()
        if response.status != status:
            raise Broken(f"{path} answers {response.status}, not {status}")
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {one.key: one.value for one in SimpleCookie(header).values()}
        return Answer(response.headers.get("Location", ""), body)
