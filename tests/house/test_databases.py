"""The tests' own footing: each runs as the application's role, on a database of its own."""

import threading

import psycopg
import pytest
from django.db import connection, connections
from psycopg import errors

from tests.databases import Urls


def session_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_tests_run_as_the_application(
    app_connection_url: str, owner_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    assert session_role() == connections["default"].settings_dict["USER"]
    assert session_role() != owner_connection.info.user
    with psycopg.connect(app_connection_url) as application:
        assert application.info.dbname == connections["default"].settings_dict["NAME"]
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute("DELETE FROM django_migrations")


def test_what_is_committed_goes_with_its_database(committed_db: Urls) -> None:
    written = threading.Event()

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES ('left', '', now())")
        connections.close_all()
        written.set()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert written.is_set()
    with psycopg.connect(committed_db.application) as other:
        assert other.execute("SELECT count(*) FROM django_session").fetchone() == (1,)


@pytest.mark.django_db
def test_nothing_committed_elsewhere_is_seen() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
