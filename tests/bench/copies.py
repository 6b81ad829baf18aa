"""Screened files by the thousand: one through the real acts, the others copied from it in SQL."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction

from applications.models import Application, Startup, Submission
from brustart.core.hashing import plain
from brustart.fund.models import Aid, Call, Undertaking, UndertakingMember
from scoring.screening.models import Contribution, Finding, Run, Trait
from tests import factories, mirabelle

FIRST = 1_000_000  # what belongs to the copy n has the key FIRST + n, in every table
KEY, NUMBER = f"{FIRST} + n", "'2' || lpad(n::text, 9, '0')"
EACH = 10  # copy n is of the kind n % EACH
Kinds = Mapping[int, int]  # kind: the amount in EUR that it asks for, if another


@transaction.atomic
def make(call: Call, count: int, *, asking: Kinds) -> None:
    """So many eligible files in the call, each of an enterprise, people and documents of its own.

    The one that they are copied from is of another call, and as long as it is the only file.
    """
    first = factories.make_screened()
    run = Run.objects.get(submission=first.submission_id)
    member = UndertakingMember.objects.get(enterprise_number=first.enterprise_number)
    requested = _requested(asking)
    content = _content(first.handed_in, requested)
    application = {"call_id": str(call.pk), "startup_id": KEY, "submission_id": KEY}
    application |= {"id": KEY, "enterprise_number": NUMBER, "requested": requested}
    copies: list[tuple[type[models.Model], str, Any, dict[str, str]]] = [
        (Startup, "id", first.startup_id, {"id": KEY, "enterprise_number": NUMBER}),
        (Undertaking, "id", member.undertaking_id, {"id": KEY}),
        (UndertakingMember, "id", member.pk, {"undertaking_id": KEY, "enterprise_number": NUMBER}),
        (
            Aid,
            "undertaking_id",
            member.undertaking_id,
            {"undertaking_id": KEY, "reference": f"'application:' || {KEY}"},
        ),
        (Application, "id", first.pk, application),
        (
            Submission,
            "id",
            first.submission_id,
            {"id": KEY, "application_id": KEY, "content": content, "receipt": "'copy ' || n"},
        ),
        (Run, "id", run.pk, {"id": KEY, "submission_id": KEY}),
        (Finding, "run_id", run.pk, {"run_id": KEY}),
        (Contribution, "run_id", run.pk, {"run_id": KEY}),
        (Trait, "application_id", first.pk, {"application_id": KEY, "value": _digest("value")}),
    ]
    with connection.cursor() as cursor:
        for model, by, of, changes in copies:
            cursor.execute(_copying(model, by, changes), [count, of])


def _copying(model: type[models.Model], by: str, changes: Mapping[str, str]) -> str:
    """The statement for so many copies of the rows whose column `by` has a value."""
    every = [str(one.column) for one in model._meta.concrete_fields]
    columns = [name for name in every if name in changes or name != "id"]
    values = [changes.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)}"
        f" FROM {model._meta.db_table}, generate_series(1, %s) AS n WHERE {by} = %s"
    )


def _requested(asking: Kinds) -> str:
    """SQL for the amount of copy n."""
    other = "".join(f" WHEN {kind} THEN {amount}.00" for kind, amount in asking.items())
    return f"(CASE n %% {EACH}{other} ELSE {mirabelle.BUDGET['requested']} END)"


def _content(submission: Submission, requested: str) -> str:
    """SQL for what copy n hands in: nothing in it says the same as another one's."""
    sha256s = [one["sha256"] for one in submission.content["documents"]]
    names = [one["name"] for one in mirabelle.TEAM["members"]]
    asked = plain(mirabelle.BUDGET["requested"])
    number = submission.answers("startup")["enterprise_number"]
    changes = {
        number: NUMBER,
        f'"requested": "{asked}"': f"""'"requested": "' || {requested} || '"'""",
    }
    changes |= {one: _digest(f"'{one}'") for one in sha256s}
    changes |= {one: f"'{one} ' || n" for one in names}
    text = "content::text"
    for old, new in changes.items():
        text = f"replace({text}, '{old}', {new})"
    return f"({text})::jsonb"


def _digest(text: str) -> str:
    return f"encode(sha256(({text} || n)::bytea), 'hex')"
