"""PostgreSQL 18 out of a wheel, for `make run` and the tests where no DATABASE_URL is given.

Only the wheel's programs are used. Its Python layer is never imported: it opens private folders
to everybody and leaves servers behind. `url` computes a path and starts nothing.

A place is a folder such as var/postgres and holds `data` and `run` (socket and log). PostgreSQL
refuses to run as root, so for root the place stands for a folder of its own under /var/lib,
whose data belongs to an unprivileged user, and the programs are copied where that user can read
them. No existing folder changes its mode.
"""

import hashlib
import os
import re
import shlex
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from brustart.programs import MAJOR, SHARED, EmbeddedError, account, run

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PLACE = Path(os.environ.get("BRUSTART_VAR", ROOT / "var")) / "postgres"
UNPRIVILEGED = "nobody"
SUPERUSER, OWNER, APPLICATION = "postgres", "brustart_owner", "brustart_app"
LONGEST_SOCKET = 100  # bytes; Linux allows 107 and macOS 103
START_SECONDS = 60
STOP_SECONDS = {"fast": 5, "immediate": 3}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Spot:
    """Where a place's files really are, and whose they are (None: the user running this)."""

    place: Path
    base: Path
    run: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.base / "data"


def url(role: str, *, database: str = "brustart", place: Path | None = None) -> str:
    """The database's URL for a role, understood by django-environ and by libpq."""
    return f"postgres://{role}@/{database}?host={quote(str(locate(place).run))}"


def start(place: Path | None = None, *, durable: bool = True) -> None:
    """Leave a server answering at the place, with the two roles and the database.

    Adopts the server of a killed run. Raises EmbeddedError.
    """
    spot = locate(place)
    try:
        _refuse_half_initialised(spot)
        _make_folders(spot)
        if not spot.data.exists():
            _initialise(spot, durable)
        if not _adopt(spot):
            _launch(spot, durable)
        _make_roles(spot)
    except (OSError, psycopg.Error) as error:
        raise EmbeddedError(f"Embedded PostgreSQL can't be prepared: {error}".strip()) from error


def stop(place: Path | None = None) -> None:
    """Stop the server at the place, if one runs; sessions are cut, transactions rolled back."""
    spot = locate(place)
    if _postmaster(spot) is None:
        return
    for mode, seconds in STOP_SECONDS.items():
        with suppress(EmbeddedError):
            _pg_ctl(spot, "stop", "-m", mode, "-t", str(seconds))
            return
    raise EmbeddedError(f"Embedded PostgreSQL in {spot.data} does not stop.")


def status(place: Path | None = None) -> bool:
    """Whether the place's server process lives."""
    return _postmaster(locate(place)) is not None


def reset(place: Path | None = None) -> None:
    """Stop the server and delete its data."""
    spot = locate(place)
    stop(place)
    for folder in {spot.base, spot.place, spot.run}:
        if folder.exists():
            shutil.rmtree(folder)


def locate(place: Path | None) -> Spot:
    """Where the place's files are; it need not exist."""
    place = (place or DEFAULT_PLACE).absolute()
    digest = hashlib.sha256(f"{ROOT}\0{place}".encode()).hexdigest()[:10]
    if os.geteuid() == 0:
        base = SHARED / digest
        return Spot(place, base, base / "run", UNPRIVILEGED)
    folder = place / "run"
    fits = len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET
    if not fits or re.search(r"[,'\"\\]", str(folder)):
        folder = Path(tempfile.gettempdir()) / f"brustart-{os.geteuid()}-{digest}"
    return Spot(place, place, folder, None)


def _refuse_half_initialised(spot: Spot) -> None:
    """A folder that is neither empty nor whole is somebody's to look at, not ours to delete."""
    for folder in {spot.base, spot.place}:
        data = folder / "data"
        names = {entry.name for entry in folder.glob("*")} - {"data", "run"}
        strangers = {name for name in names if not name.startswith("new-")}
        broken = data.exists() and not (data / "global" / "pg_control").is_file()
        if strangers or broken:
            raise EmbeddedError(
                f"The data folder {data if broken else folder} is half-initialised or not "
                "PostgreSQL's: look into it, or delete it with `make demo-reset`."
            )
    version = spot.data / "PG_VERSION"
    if spot.data.exists() and (not version.is_file() or version.read_text().strip() != MAJOR):
        raise EmbeddedError(
            f"The data folder {spot.data} is not of PostgreSQL {MAJOR}: "
            "delete it with `make demo-reset`."
        )


def _make_folders(spot: Spot) -> None:
    if spot.user and not SHARED.exists():
        SHARED.mkdir(parents=True)
        SHARED.chmod(0o755)  # whatever the umask; the folder is new and ours
    if not spot.base.exists():
        spot.base.mkdir(parents=True)
        spot.base.chmod(0o755 if spot.user else 0o700)
    if not spot.run.exists():
        _make_private(spot.run, spot)
    found = spot.run.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    if not private or found.st_uid != (account(spot.user).pw_uid if spot.user else os.geteuid()):
        raise EmbeddedError(f"The socket folder {spot.run} is not private: delete it.")


def _make_private(folder: Path, spot: Spot) -> None:
    folder.mkdir(mode=0o700)
    if spot.user:
        os.chown(folder, account(spot.user).pw_uid, account(spot.user).pw_gid)


def _initialise(spot: Spot, durable: bool) -> None:
    """Run initdb beside the data folder and rename: a killed initdb never looks like data."""
    for leftover in spot.base.glob("new-*"):
        shutil.rmtree(leftover)
    fresh = spot.base / f"new-{os.getpid()}"
    _make_private(fresh, spot)
    arguments = ["-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"]
    arguments += ["--auth-local=trust", "--auth-host=reject", *([] if durable else ["--no-sync"])]
    run("initdb", *arguments, user=spot.user, cwd=spot.run)
    fresh.rename(spot.data)


def _adopt(spot: Spot) -> bool:
    """True when a server of an earlier run answers; one that does not answer is stopped."""
    if _postmaster(spot) is None:
        for stale in (spot.data / "postmaster.pid", spot.run / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)  # the number in it may have been given out again
        return False
    until = time.monotonic() + START_SECONDS / 4
    while time.monotonic() < until:
        try:
            _connect(spot).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return True
    stop(spot.place)
    return False


def _launch(spot: Spot, durable: bool) -> None:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(spot.run),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        **({} if durable else NOT_DURABLE),
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    log = spot.run / "log"
    log.unlink(missing_ok=True)  # so that it tells of this start alone
    try:
        _pg_ctl(spot, "start", "-l", str(log), "-o", options, "-w", "-t", str(START_SECONDS))
    except EmbeddedError as error:
        raise EmbeddedError(f"Embedded PostgreSQL does not start: {_last_words(spot)}") from error
    except BaseException:  # a signal's exception
        stop(spot.place)
        raise


def _pg_ctl(spot: Spot, act: str, *arguments: str) -> None:
    run("pg_ctl", act, "-D", str(spot.data), *arguments, user=spot.user, cwd=spot.run)


def _make_roles(spot: Spot) -> None:
    with _connect(spot) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, rights in ((OWNER, "LOGIN CREATEDB CREATEROLE"), (APPLICATION, "LOGIN")):
            if role not in roles:
                statement = sql.SQL("CREATE ROLE {} " + rights)
                connection.execute(statement.format(sql.Identifier(role)))
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = 'brustart'"
        ).fetchone():
            connection.execute(f"CREATE DATABASE brustart OWNER {OWNER}")


def _connect(spot: Spot) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=str(spot.run), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5
    )


def _postmaster(spot: Spot) -> int | None:
    """The number of the place's living server process; a reused number does not count."""
    try:
        pid = int((spot.data / "postmaster.pid").read_text().split()[0])
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        ours = alive and str(spot.data) in process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return pid if ours else None


def _last_words(spot: Spot) -> str:
    log = spot.run / "log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    told = [line for line in lines if re.search("FATAL|PANIC|ERROR", line)] or lines
    return f"{told[-1] if told else 'no reason given'} (whole log: {log})"
