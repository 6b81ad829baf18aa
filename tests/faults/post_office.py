"""A mail server of the tests' own, which keeps what it takes and may keep a sender waiting."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

BEFORE, AFTER = "before@example.org", "after@example.org"


class PostOffice(ThreadingTCPServer):
    """Takes mail by SMTP and puts each into a file of `folder`. Whoever writes to AFTER gets no
    answer once it is taken, until `opened` is set; whoever writes to BEFORE none before, and that
    mail is not taken at all. `waiting` says to whom it was that somebody waits."""

    daemon_threads = True
    folder: Path

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Window)
        self.opened = threading.Event()
        self.waiting: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def keep_waiting(self, reader: str) -> None:
        self.waiting.append(reader)
        self.opened.wait(60)

    def take(self, mail: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / uuid.uuid4().hex).write_bytes(mail)


class Window(StreamRequestHandler):
    """As much of SMTP as Django speaks."""

    server: PostOffice
    ANSWERS = {"DATA": "354 go on", "QUIT": "221 bye"}

    def handle(self) -> None:
        try:
            self.say("220 tests")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("RCPT"):
                    self.reader = line.partition("<")[2].partition(">")[0]
                self.say(self.ANSWERS.get(word, "250 very well"))
                if word == "DATA":
                    self.take()
                    self.say("250 taken")
        except ConnectionError:  # the sender was killed
            return

    def take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.reader == BEFORE:
            self.server.keep_waiting(self.reader)
            return
        self.server.take(b"".join(lines))
        if self.reader == AFTER:
            self.server.keep_waiting(self.reader)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def post_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        threading.Thread(target=office.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield office
        finally:
            office.opened.set()
            office.shutdown()
