"""A visitor over HTTP with cookies and forms, and nothing else: what `manage.py smoke` uses."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
SECONDS = 30
EXPLAINED = {409, 422}  # pages that say what was refused, or is missing


class Surprise(Exception):
    """The portal answered something else than what a visitor would expect."""


class Visitor:
    """One browser: it keeps its cookies, its last page and where that was."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = self.url = ""

    def get(self, path: str) -> str:
        """Open a page of the portal; its HTML."""
        return self._open(Request(urljoin(self.base_url, path)))

    def post(self, path: str, **fields: Any) -> str:
        """Send a form with the token of the last page, and follow where it leads.

        Fields are as forms read them: texts, numbers, dates, True for a box that is ticked.
        """
        return self._send(path, urlencode(self._signed(fields), doseq=True).encode())

    def upload(self, path: str, field: str, name: str, document: bytes, **fields: str) -> str:
        """Send a form with a PDF in it, as `post` does."""
        mark = secrets.token_hex(16)
        said = 'Content-Disposition: form-data; name="{}"'
        parts = [f"{said.format(key)}\r\n\r\n{text}" for key, text in self._signed(fields).items()]
        parts.append(
            f'{said.format(field)}; filename="{name}"\r\nContent-Type: application/pdf\r\n'
        )
        head = "".join(f"--{mark}\r\n{part}\r\n" for part in parts).encode()
        body = b"".join((head, document, f"\r\n--{mark}--\r\n".encode()))
        return self._send(path, body, f"multipart/form-data; boundary={mark}")

    def _signed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        token = _TOKEN.search(self.page)
        return {**fields, "csrfmiddlewaretoken": token.group(1) if token else ""}

    def _send(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> str:
        request = Request(urljoin(self.base_url, path), body)
        request.add_header("Referer", self.url)
        request.add_header("Content-Type", kind)
        return self._open(request)

    def find(self, pattern: str) -> str:
        """The first group of the pattern in the last page. Raises Surprise."""
        if found := re.search(pattern, self.page, re.DOTALL):
            return unescape(found.group(1))
        raise Surprise(f"{self.url} ({self.title}) has no {pattern}")

    def wait_for(self, look: Callable[[], str], pattern: str) -> None:
        """Look again until the pattern is on the page. Raises Surprise after 30 s."""
        until = time.monotonic() + SECONDS
        while not re.search(pattern, look(), re.DOTALL):
            if time.monotonic() > until:
                raise Surprise(f"{self.url}: no {pattern} within {SECONDS} s")
            time.sleep(0.2)

    @property
    def title(self) -> str:
        found = _TITLE.search(self.page)
        return " ".join(unescape(found.group(1)).split()) if found else "no title"

    def _open(self, request: Request) -> str:
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                self.page, self.url = answer.read().decode("utf-8"), answer.url
        except HTTPError as error:
            if error.code in EXPLAINED:
                self.page, self.url = error.read().decode("utf-8"), request.full_url
                return self.page
            raise Surprise(f"{request.full_url} answered {error.code}") from error
        except URLError as error:
            raise Surprise(f"nobody answers at {self.base_url}: {error.reason}") from error
        return self.page
