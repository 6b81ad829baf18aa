"""What `manage.py prepare` puts in place, and what it says when it can't."""

import os
import subprocess

import pytest
from django.apps import apps
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from brustart import children
from tests.databases import Urls, clone, with_database

MODELS = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
WRITES = {"INSERT", "UPDATE", "DELETE"}


def rights(table: str) -> set[str]:
    """What the application's role may do to the table."""
    kinds = ["SELECT", *WRITES, "TRUNCATE", "REFERENCES", "TRIGGER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM unnest(%s::text[]) AS kind WHERE has_table_privilege(%s, kind)",
            [kinds, f'"{table}"'],
        )
        return {kind for (kind,) in cursor.fetchall()}


@pytest.mark.django_db
def test_the_application_may_write_what_does_not_only_grow() -> None:
    grow = {model for model in MODELS if getattr(model, "append_only", False)}
    wanted = {
        model: {"SELECT", "INSERT"} if model in grow else {"SELECT", *WRITES} for model in MODELS
    }

    assert grow
    assert {model: rights(model._meta.db_table) for model in MODELS} == wanted


@pytest.mark.django_db
def test_the_application_may_not_build() -> None:
    assert rights("django_migrations") == {"SELECT"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)


def prepare(urls: Urls) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        children.manage("prepare"),
        env=os.environ | urls.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_prepare_may_be_repeated(template_urls: Urls) -> None:
    with clone(template_urls) as urls:
        done = prepare(urls)

        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_prepare_warns_when_one_role_does_both(template_urls: Urls) -> None:
    with clone(template_urls) as urls:
        done = prepare(Urls(urls.admin, urls.owner, urls.owner))

        assert done.returncode == 0
        assert "which owns the database or is a superuser" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_prepare_says_which_url_is_refused(template_urls: Urls) -> None:
    urls = template_urls.named("brustart_no_such_database")
    weak = Urls(urls.admin, urls.application, urls.application)

    assert "may not create it" in one_line(prepare(weak))
    other = with_database(urls.application, "another")
    line = one_line(prepare(Urls(urls.admin, urls.owner, other)))
    assert line == "CommandError: DATABASE_URL and DATABASE_OWNER_URL name different databases."
    user = conninfo_to_dict(urls.owner)["user"]
    stranger = urls.owner.replace(f"//{user}", "//no_such_role", 1)
    line = one_line(prepare(Urls(urls.admin, stranger, urls.application)))
    assert "refuses no_such_role (DATABASE_OWNER_URL)" in line
