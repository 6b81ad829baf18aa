"""A large document goes up and comes down again without the portal growing: in real processes."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import psutil
import pytest

from tests.applications.bad_files import assembled, pdf
from tests.live import Portal, Starter

database = pytest.mark.django_db


FLAT = 20 * 1024 * 1024
MADE = "from tests.factories import make_call; make_call(code='flat')"


def big_pdf() -> bytes:
    """A good one of almost 25 MB."""
    size = 25 * 1024 * 1024 - 2000
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (size, bytes(size)),
    ]
    return assembled(objects)


class Visitor:
    """A guest who keeps cookies and sends forms as a browser does, a piece at a time."""

    def __init__(self, portal: Portal) -> None:
        self.connection = HTTPConnection("localhost", portal.port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers | {"Cookie": cookies})
        response = self.connection.getresponse()
        for cookie in response.msg.get_all("Set-Cookie", []):
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def go(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        response = self.ask(method, path, body, **headers)
        response.read()
        return response

    def close(self) -> None:
        self.connection.close()

    def begin(self) -> str:
        """The address of the documents of a draft just begun."""
        self.go("GET", "/en/calls/flat/")
        token = f"csrfmiddlewaretoken={self.cookies['csrftoken']}"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        begun = self.go("POST", "/en/applications/begin/flat/", token, **form)
        return f"{begun.headers['Location']}documents/"

    def upload(self, path: str, content: bytes) -> HTTPResponse:
        fields = {"csrfmiddlewaretoken": self.cookies["csrftoken"], "slot": "deck"}
        head = "".join(
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += '--edge\r\nContent-Disposition: form-data; name="document"; filename="plan.pdf"'
        start, end = f"{head}\r\n\r\n".encode(), b"\r\n--edge--\r\n"
        length = len(start) + len(content) + len(end)
        pieces = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
        form = {"Content-Type": "multipart/form-data; boundary=edge"}
        return self.go(
            "POST", path, iter([start, *pieces, end]), **form, **{"Content-Length": str(length)}
        )


@contextmanager
def highest(process: psutil.Process) -> Iterator[Callable[[], int]]:
    """How far above its memory of now the process went (bytes)."""
    before, over = process.memory_info().rss, threading.Event()
    seen = [before]

    def watch() -> None:
        while not over.is_set():
            seen.append(process.memory_info().rss)
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: max(seen) - before
    finally:
        over.set()
        watcher.join()


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_the_memory_of_the_portal_stays_flat(live_portal: Starter) -> None:
    portal = live_portal(worker=False)
    portal.manage("shell", "--verbosity", "0", "-c", MADE)
    with closing(Visitor(portal)) as visitor:
        address = visitor.begin()
        assert visitor.upload(address, pdf()).status == 302
        visitor.go("GET", address)
        assert portal.web.process is not None
        [worker] = psutil.Process(portal.web.process.pid).children()
        content = big_pdf()
        with highest(worker) as rise:
            assert visitor.upload(address, content).status == 302
            page = visitor.ask("GET", address).read().decode()
            last = max(int(key) for key in re.findall(r"/en/documents/(\d+)/", page))
            downloaded = visitor.ask("GET", f"/en/documents/{last}/").read()
            assert rise() < FLAT
    assert downloaded == content
    portal.stop()
