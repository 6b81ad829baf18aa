"""Which environments the settings accept. Importing them starts nothing."""

import os
import subprocess
import sys

import pytest

from tests.databases import ROOT

PRODUCTION = {
    "BRUSTART_DEMO": "0",
    "SECRET_KEY": "x" * 60,
    "DATABASE_URL": "postgres://application@localhost/nowhere",
    "SITE_URL": "https://portal.example",
}


def load(changes: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import brustart.settings"],
        cwd=ROOT,
        env={**kept, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (PRODUCTION, ""),
        ({}, ""),
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({**PRODUCTION, "BRUSTART_DEMO": "1"}, "Demo mode lets anybody be anybody"),
        ({"BRUSTART_DEMO": "1", "SECRET_KEY": "x" * 60}, "Demo mode lets anybody be anybody"),
        ({"BRUSTART_DEMO": "1", "SITE_URL": "https://x.example"}, "refuses production settings"),
        ({"DATABASE_URL": "postgres://a@localhost/b"}, "SECRET_KEY is not set"),
    ],
)
def test_accepted_or_refused_with_a_reason(changes: dict[str, str], complaint: str) -> None:
    done = load(changes)
    assert (complaint in done.stderr) if complaint else (done.returncode == 0), done.stderr
    assert bool(done.returncode) == bool(complaint)
