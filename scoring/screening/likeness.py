"""Files that resemble one another: handed in again, or shared between startups. A flag for the
fund to look at, never a verdict."""

from collections.abc import Iterator
from typing import Any

from applications.models import Application, Document, Submission

from .models import Likeness, Run


def note(run: Run) -> None:
    """Write down which other files this one resembles, and in what."""
    found = {(kind, other) for kind, other in _alike(run.submission)}
    Likeness.objects.bulk_create(
        Likeness(run=run, kind=kind, other_id=other) for kind, other in sorted(found)
    )


def _alike(submission: Submission) -> Iterator[tuple[Likeness.Kind, int]]:
    others = Application.objects.exclude(submission=None).exclude(pk=submission.application_id)
    number = submission.application.enterprise_number
    if number:
        for key in others.filter(enterprise_number=number).values_list("pk", flat=True):
            yield Likeness.Kind.NUMBER, key
    hashes = [one["sha256"] for one in submission.content.get("documents", [])]
    shared = Document.objects.filter(sha256__in=hashes, application__in=others)
    for key in shared.values_list("application", flat=True).distinct():
        yield Likeness.Kind.DOCUMENTS, key
    names = people(submission.content)
    if names:
        yield from _same_people(submission, names)


def _same_people(submission: Submission, names: set[str]) -> Iterator[tuple[Likeness.Kind, int]]:
    """Files of which two people or more, or all, are the same."""
    written = [row["name"] for row in _members(submission.content)]
    current = Submission.objects.exclude(application=submission.application_id)
    for name in written:
        holding = [{"name": name}]
        found = current.filter(content__sections__team__members__contains=holding)
        for other in found.only("application_id", "content"):
            if len(names & people(other.content)) >= min(2, len(names)):
                yield Likeness.Kind.TEAM, other.application_id


def people(content: dict[str, Any]) -> set[str]:
    """The names in a file's team, however they are written."""
    return {" ".join(row["name"].casefold().split()) for row in _members(content)}


def _members(content: dict[str, Any]) -> list[dict[str, Any]]:
    rows = content["sections"].get("team", {}).get("members", [])
    return [row for row in rows if row.get("name")]
