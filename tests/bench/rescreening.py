"""All files of a call judged again by one command, beside reading what each of them handed in.

Before each round the call asks for more, so that another tenth of its files no longer meets it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

import psycopg

from applications.models import Application, Submission
from applications.states import State
from brustart import children
from brustart.fund.models import Call
from scoring.screening.models import Run
from tests import factories
from tests.bench import copies, processes
from tests.bench.measuring import Broken, Figure, Side, same
from tests.databases import Urls, clone, pointed_at

LOWEST, STEP = 30_000, 5_000  # EUR: asked by the first tenth, and more by each one after it
READ = "SELECT content FROM applications_submission WHERE id = %s"
SECONDS = 1800  # within which the command must be done
RESULT = "{files} files screened again, {changed} differ; {kept}"


@dataclass
class Judged:
    """A call with so many screened files, and the most memory that a command held."""

    urls: Urls
    call: Call
    files: int
    minimum: int = LOWEST - STEP // 2
    runs: int = field(init=False)
    peak_kib: int = 0

    def __post_init__(self) -> None:
        copies.make(self.call, self.files, asking=amounts())
        with psycopg.connect(self.urls.owner, autocommit=True) as owner:
            owner.execute("ANALYZE")  # as the server does by itself a minute later
        self.runs = self.files

    def raise_minimum(self) -> None:
        """Another tenth of the files now asks for too little."""
        self.minimum += STEP
        Call.objects.filter(pk=self.call.pk).update(minimum=self.minimum)

    def read(self) -> float:
        """Files a second by reading each one's submission alone."""
        keys = list(Submission.objects.filter(application__call=self.call).values_list("pk"))
        with psycopg.connect(self.urls.application, autocommit=True) as connection:
            begun = perf_counter()
            for key in keys:
                connection.execute(READ, key).fetchone()
            return len(keys) / (perf_counter() - begun)

    def compare(self) -> float:
        """Files a second of the command that only prints, from its start to its end."""
        rate = self._command("--dry-run", kept="nothing kept")
        self._check()
        return rate

    def rescreen(self) -> float:
        """The same of the command that keeps a new screening of each file that differs."""
        changed = self.files // copies.EACH
        rate = self._command(kept=f"{changed} new screenings kept")
        self.runs += changed
        self._check()
        return rate

    def _command(self, *options: str, kept: str) -> float:
        command = children.manage("rescreen", "--call", self.call.code, *options)
        environment = processes.portal_environment(self.urls)
        ended = processes.run("rescreen", command, environment, within=SECONDS)
        self.peak_kib = max(self.peak_kib, ended.peak_kib)
        changed = self.files // copies.EACH
        wanted = RESULT.format(files=self.files, changed=changed, kept=kept)
        if wanted not in ended.lines:
            raise Broken(f"rescreen says {ended.lines[-1]!r}, not {wanted!r}")
        return self.files / ended.seconds

    def _check(self) -> None:
        """Each file has one screening that counts; none but those that differ had a new one."""
        files = Application.objects.filter(call=self.call)
        runs = Run.objects.filter(submission__application__call=self.call)
        current = runs.filter(is_current=True).values_list("submission__application", flat=True)
        same("screenings that count", current, files.values_list("pk", flat=True))
        failed = files.filter(state=State.FAILS_RULES).count()
        if (runs.count(), failed) != (self.runs, self.runs - self.files):
            raise Broken(f"{runs.count()} screenings, {failed} files fail, not {self.runs}")


def amounts() -> dict[int, int]:
    """What the tenths of the files ask for, lowest first; the last asks for what all do."""
    return {kind: LOWEST + STEP * kind for kind in range(copies.EACH - 1)}


def measure(
    template: Urls, *, rounds: int, sizes: Sequence[int]
) -> tuple[list[Figure], dict[str, int]]:
    """Two figures for each number of files, and the most memory of its commands in MiB."""
    figures, peaks = [], {}
    for files in sizes:
        with ExitStack() as stack:
            urls = stack.enter_context(clone(template))
            stack.enter_context(pointed_at(urls))
            judged = Judged(urls, factories.make_call(), files)
            figures += _figures(judged, rounds)
            peaks[f"{files:,} files"] = round(judged.peak_kib / 1024)
    return figures, peaks


def _figures(judged: Judged, rounds: int) -> list[Figure]:
    """The rounds are long, so none only warms up."""
    told = []
    for _round in range(rounds):
        judged.raise_minimum()
        told.append((judged.read(), judged.compare(), judged.rescreen()))
    read, compared, kept = zip(*told, strict=True)
    control = Side("one SELECT a file of what it handed in", read)
    name = f"re-screening {judged.files:,} files"
    dry = Side("rescreen --dry-run: all facts, all rules, compared", compared)
    real = Side("rescreen: the same under a lock, a tenth kept anew", kept)
    return [Figure(f"{name}, dry run", control, dry), Figure(f"{name}, kept", control, real)]
