"""Every test runs as the application's role, on a database cloned for it or for its worker."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.utils import translation
from pytest_django import DjangoDbBlocker

from brustart.core import catalogues
from tests.databases import Urls, build_template, clone, pointed_at, tear_down
from tests.live import Starter, portals

URLS = pytest.StashKey[Urls]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller compiles the languages and builds the template; workers are told where."""
    if hasattr(config, "workerinput"):
        config.stash[URLS] = Urls(**config.workerinput["urls"])
    elif not config.option.collectonly and not config.option.help:
        for language in catalogues.LANGUAGES:
            catalogues.compile(language)
        config.stash[URLS] = build_template()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["urls"] = asdict(node.config.stash[URLS])


def pytest_unconfigure(config: pytest.Config) -> None:
    urls = config.stash.get(URLS, None)
    if urls and not hasattr(config, "workerinput"):
        tear_down(urls)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request leaves its language behind; each test begins in that of the messages."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def template_urls(pytestconfig: pytest.Config) -> Urls:
    """The migrated template, which nobody may stay connected to."""
    return pytestconfig.stash[URLS]


@pytest.fixture(scope="session")
def django_db_setup(template_urls: Urls, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database for each worker; `@pytest.mark.django_db` rolls back what a test does in it."""
    with django_db_blocker.unblock(), clone(template_urls) as urls, pointed_at(urls):
        yield


@pytest.fixture
def committed_db(
    template_urls: Urls, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Urls]:
    """A database of the test's own, for real commits and threads. Not together with django_db.

    Threads close their own connections (`connections.close_all()`).
    """
    with django_db_blocker.unblock(), clone(template_urls) as urls, pointed_at(urls):
        yield urls


@pytest.fixture
def app_connection_url(template_urls: Urls) -> str:
    """The current test database as the application's role, for psycopg.connect."""
    return template_urls.named(connections["default"].settings_dict["NAME"]).application


@pytest.fixture
def owner_connection(template_urls: Urls) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """The current test database as its owner, in autocommit; sees only what is committed."""
    url = template_urls.named(connections["default"].settings_dict["NAME"]).owner
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def live_portal(template_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Start a portal in real processes: `live_portal(worker=True, beat=False, env={...})`."""
    with ExitStack() as stack:
        yield portals(template_urls, tmp_path_factory.mktemp, stack)
