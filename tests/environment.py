"""The environment of every test process, set before Django's settings are first imported.

Loaded by `-p tests.environment` (pyproject.toml). The first process of a run fixes the values;
its workers and the portals it starts inherit them.
"""

import os
from pathlib import Path

RUNS = Path(__file__).resolve().parent.parent / "var" / "tests"
DEFAULTS = {
    "BRUSTART_VAR": str(RUNS / str(os.getpid())),
    "BRUSTART_DEMO": "1",
    "BROKER_PREFIX": f"brustart-tests-{os.getpid()}:",
    "LOG_LEVEL": "WARNING",
    "PASSWORD_HASHERS": "django.contrib.auth.hashers.MD5PasswordHasher",
    "PLAIN_STATIC": "1",
}
if not os.environ.get("BRUSTART_VAR", "").startswith(str(RUNS)):  # not a worker's process
    os.environ |= DEFAULTS
