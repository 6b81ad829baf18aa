"""Databases for tests: one migrated template, and clones of it that the application's role uses.

Cloning replaces flushing: the application's role may not truncate, and neither may a test.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ
import psutil
import psycopg
from django.db import connections
from psycopg import errors, sql

from brustart import embedded
from tests.environment import RUNS

ROOT = Path(__file__).resolve().parent.parent
TEST_ROLE = "brustart_test_app"


@dataclass(frozen=True)
class Urls:
    """Where the run's template database is, for each role. `admin` creates and drops clones."""

    admin: str
    owner: str
    application: str

    @property
    def template(self) -> str:
        return urlsplit(self.owner).path[1:]

    def named(self, name: str) -> "Urls":
        return Urls(**{role: with_database(url, name) for role, url in asdict(self).items()})

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.application, "DATABASE_OWNER_URL": self.owner}


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def build_template() -> Urls:
    """The given service, or an embedded server of this run's own; then a migrated template."""
    sweep_dead_runs()
    given = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    urls = _given(given) if given else _embedded()
    urls = urls.named(f"brustart_test_template_{uuid.uuid4().hex[:8]}")
    prepare = [sys.executable, "manage.py", "prepare"]
    environment = os.environ | urls.environment()
    done = subprocess.run(
        prepare,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        tear_down(urls)
        raise RuntimeError(f"manage.py prepare failed:\n{done.stderr}")
    return urls


def _given(owner: str) -> Urls:
    application = os.environ.get("DATABASE_URL", owner)
    parts = urlsplit(owner)
    if urlsplit(application).username == parts.username:
        address = parts.netloc.rpartition("@")[2]
        parts = parts._replace(netloc=f"{TEST_ROLE}:{TEST_ROLE}@{address}")
        application = urlunsplit(parts)
    return Urls(admin=owner, owner=owner, application=application)


def _embedded() -> Urls:
    embedded.start(_place(), durable=False)
    roles = (embedded.SUPERUSER, embedded.OWNER, embedded.APPLICATION)
    return Urls(*(embedded.url(role, place=_place()) for role in roles))


def _place() -> Path:
    """Said each time: the default place holds a person's data."""
    return RUNS / Path(os.environ["BRUSTART_VAR"]).name / "postgres"


def tear_down(urls: Urls) -> None:
    """Drop the template and what tests made; the embedded server goes with its folder."""
    if urls.owner == embedded.url(embedded.OWNER, database=urls.template, place=_place()):
        embedded.reset(_place())
    else:
        _drop(urls, urls.template)
        with _admin(urls) as connection, suppress(errors.DependentObjectsStillExist):
            connection.execute(f"DROP ROLE IF EXISTS {TEST_ROLE}")  # another run may use it
    shutil.rmtree(_place().parent, ignore_errors=True)


def sweep_dead_runs() -> None:
    """Stop the servers and delete the folders of runs that were killed."""
    for folder in RUNS.glob("[0-9]*"):
        if not _lives(int(folder.name)):
            embedded.reset(folder / "postgres")
            shutil.rmtree(folder, ignore_errors=True)
    static = _place().with_name("static")  # WhiteNoise warns when there is none
    static.mkdir(parents=True, exist_ok=True)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def clone(urls: Urls) -> Iterator[Urls]:
    """A database of its own, fresh from the template; dropped with whoever is in it."""
    name = f"{urls.template.replace('_template', '')}_{uuid.uuid4().hex[:8]}"
    owner = urlsplit(urls.owner).username or "postgres"
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    parts = (sql.Identifier(part) for part in (name, owner, urls.template))
    with _admin(urls) as connection:
        connection.execute(create.format(*parts))
    try:
        yield urls.named(name)
    finally:
        _drop(urls, name)


@contextmanager
def pointed_at(urls: Urls) -> Iterator[None]:
    """Let Django's aliases, in every thread, mean this database; afterwards what they did."""
    wanted = {"default": urls.application, "owner": urls.owner}
    before = {alias: dict(connections.settings[alias]) for alias in wanted}
    connections.close_all()
    for alias, url in wanted.items():
        found = environ.Env.db_url_config(url)
        options = {**before[alias]["OPTIONS"], "host": None, **found.get("OPTIONS", {})}
        found["OPTIONS"] = {key: value for key, value in options.items() if value is not None}
        connections.settings[alias].update(found)
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections.settings[alias].update(settings)


def _drop(urls: Urls, name: str) -> None:
    with _admin(urls) as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


def _admin(urls: Urls) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(with_database(urls.admin, "postgres"), autocommit=True)
