"""Two roles on one database: the owner builds it, the application may only do its work in it.

The application's role can neither rewrite what only grows nor change the schema, so that no
mistake in the code that serves people can. `manage.py prepare` puts this in place.
"""

import os
from typing import Any

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from psycopg import errors, pq, sql
from psycopg.conninfo import make_conninfo

MAINTENANCE = ("postgres", "template1")  # databases to ask when ours is not there yet
READ_ONLY = ["django_migrations"]


class DatabaseRefused(Exception):
    """The database can't be prepared; the message is one line that names the variable to mend."""


def prepare() -> list[str]:
    """Create what is missing, migrate, and grant. Returns warnings; raises DatabaseRefused."""
    owner, application = _parameters("owner"), _parameters("default")
    if _address(owner) != _address(application) or owner["dbname"] != application["dbname"]:
        raise DatabaseRefused("DATABASE_URL and DATABASE_OWNER_URL name different databases.")
    _make_database(owner)
    with _connect("owner", owner) as connection:
        _make_role(connection, application)
        warning = _too_powerful(connection, application["user"])
    _connect("default", application).close()
    _migrate(owner)
    if not warning:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            grant(cursor, application["user"])
    return [warning] if warning else []


def grant(cursor: CursorWrapper, role: str) -> None:
    """Let the role read everything and write what may be written; take everything else away.

    A model with `append_only = True` gets no UPDATE and no DELETE, and nothing TRUNCATE.
    """
    models = apps.get_models(include_auto_created=True)
    kept = [model._meta.db_table for model in models if getattr(model, "append_only", False)]
    everyone, name = sql.SQL("PUBLIC, {}").format(sql.Identifier(role)), sql.Identifier(role)
    for statement, who in (
        ("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", everyone),
        ("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}", everyone),
        ("REVOKE CREATE ON SCHEMA public FROM {}", everyone),
        ("GRANT USAGE ON SCHEMA public TO {}", name),
        ("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}", name),
        ("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", name),
    ):
        cursor.execute(sql.SQL(statement).format(who))
    _take_back(cursor, "UPDATE, DELETE", kept, name)
    _take_back(cursor, "INSERT, UPDATE, DELETE", READ_ONLY, name)


def _take_back(cursor: CursorWrapper, rights: str, tables: list[str], role: sql.Identifier) -> None:
    present = set(connections[cursor.db.alias].introspection.table_names(cursor))
    for table in sorted(present.intersection(tables)):
        statement = sql.SQL(f"REVOKE {rights} ON {{}} FROM {{}}")
        cursor.execute(statement.format(sql.Identifier(table), role))


def _parameters(alias: str) -> dict[str, Any]:
    """What psycopg needs to connect as Django would."""
    found = connections[alias].get_connection_params()
    keys = {"host", "port", "user", "password", "dbname"}
    wanted = keys.union(key for key in found if key.startswith("ssl"))
    return {key: found[key] for key in wanted if found.get(key)}


def _address(parameters: dict[str, Any]) -> str:
    host = parameters.get("host", "localhost")
    return host if host.startswith("/") else f"{host}:{parameters.get('port', 5432)}"


def _variable(alias: str) -> str:
    own = alias == "owner" and "DATABASE_OWNER_URL" in os.environ
    return "DATABASE_OWNER_URL" if own else "DATABASE_URL"


def _connect(alias: str, parameters: dict[str, Any]) -> "psycopg.Connection[Any]":
    """Connect, or say in one line whether nobody answers or the role is refused."""
    address, variable = _address(parameters), _variable(alias)
    try:
        return psycopg.connect(**parameters, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        if pq.PGconn.ping(make_conninfo(**parameters).encode()) == pq.Ping.NO_RESPONSE:
            advice = "Start it, or correct the URL."
            raise DatabaseRefused(
                f"No PostgreSQL answers at {address} ({variable}). {advice}"
            ) from error
        said = str(error).strip().splitlines()[-1]
        raise DatabaseRefused(
            f"PostgreSQL at {address} refuses {parameters.get('user')} ({variable}): {said}"
        ) from error


def _make_database(owner: dict[str, Any]) -> None:
    """Create the database when the server does not have it."""
    try:
        _connect("owner", owner).close()
    except DatabaseRefused:
        connection = _maintenance(owner)
        if connection is None or _exists(connection, "pg_database", "datname", owner["dbname"]):
            raise
    else:
        return
    with connection:
        _create(connection, sql.SQL("CREATE DATABASE {}"), owner["dbname"], "CREATEDB")


def _maintenance(owner: dict[str, Any]) -> "psycopg.Connection[Any] | None":
    for name in MAINTENANCE:
        try:
            return _connect("owner", {**owner, "dbname": name})
        except DatabaseRefused:
            continue
    return None


def _exists(connection: "psycopg.Connection[Any]", table: str, column: str, name: str) -> bool:
    question = sql.SQL("SELECT 1 FROM {} WHERE {} = %s")
    found = question.format(sql.Identifier(table), sql.Identifier(column))
    return connection.execute(found, [name]).fetchone() is not None


def _create(
    connection: "psycopg.Connection[Any]", statement: sql.SQL, name: str, right: str
) -> None:
    try:
        connection.execute(statement.format(sql.Identifier(name)))
    except errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            f"{name} does not exist and {connection.info.user} (DATABASE_OWNER_URL) may not create "
            f"it: create it, or ALTER ROLE {connection.info.user} {right}."
        ) from error


def _make_role(connection: "psycopg.Connection[Any]", application: dict[str, Any]) -> None:
    """Create the application's role, with the password of its URL, when it is missing."""
    if _exists(connection, "pg_roles", "rolname", application["user"]):
        return
    secret = application.get("password")
    password = sql.SQL(" PASSWORD {}").format(sql.Literal(secret)).as_string() if secret else ""
    statement = sql.SQL("CREATE ROLE {} LOGIN" + password.replace("{", "{{").replace("}", "}}"))
    _create(connection, statement, application["user"], "CREATEROLE")


def _too_powerful(connection: "psycopg.Connection[Any]", role: str) -> str:
    """A warning when the application's role could undo its own limits."""
    question = "SELECT rolsuper OR pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles"
    found = connection.execute(f"{question} WHERE rolname = %s", [role]).fetchone()
    if found is None or not found[0]:
        return ""
    return (
        f"The application connects as {role}, which owns the database or is a superuser: the "
        "database then protects the ledger less. Give DATABASE_URL a role of its own."
    )


def _migrate(owner: dict[str, Any]) -> None:
    try:
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, errors.InsufficientPrivilege):
            raise
        raise DatabaseRefused(
            f"{owner['user']} (DATABASE_OWNER_URL) may not change {owner['dbname']}: "
            f"{str(error).strip().splitlines()[0]}. Make it the database's owner."
        ) from error
