"""The audit dossier of an award: everything that led to it and followed, as one ZIP made while it
is sent.

JSON for machines, with an index that names the SHA-256 of each part, beside the very documents,
letters and payment files. Reviewers' names stand in it: it is for auditors and fund managers.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from zipstream import ZIP_STORED, ZipStream

from applications import printing, uploading
from applications.models import Document, Paper
from brustart.awards.models import Award, Batch, Claim, Letter, Vote
from brustart.core import audit
from brustart.core.models import AuditEntry, Mail
from brustart.fund.models import Entry
from scoring.review import freezing
from scoring.screening.models import Run


@dataclass(frozen=True)
class Part:
    """One file of the ZIP."""

    name: str
    content: bytes


def zipped(award: Award) -> Iterator[bytes]:
    """The ZIP, piece by piece; big documents are read only when their turn comes."""
    archive = ZipStream(compress_type=ZIP_STORED)
    index: dict[str, str] = {}
    for part in _parts(award):
        index[part.name] = hashlib.sha256(part.content).hexdigest()
        archive.add(part.content, part.name)
    for name, stored, digest in _documents(award):
        index[name] = digest
        archive.add(stored, name)
    archive.add(_json({"schema": 1, "award": award.pk, "sha256": index}), "index.json")
    yield from archive


def _parts(award: Award) -> Iterator[Part]:
    """What is written from rows, and the letters."""
    application = award.application
    for submission in application.submissions.order_by("version"):
        folder = f"file/version-{submission.version}"
        yield Part(f"{folder}/file.json", _json(submission.content))
        for name in Paper.Name:
            yield Part(f"{folder}/{name}.pdf", printing.render(submission, name))
    yield Part("screening.json", _json(_screenings(award)))
    yield Part("reviews.json", _json(_reviews(award)))
    if frozen := freezing.newest(application.call):
        kept = {"sha256": frozen.sha256, "at": frozen.at, **frozen.content}
        yield Part("ranking.json", _json(kept))
    yield Part("decision.json", _json(_decision(award)))
    entries = Entry.objects.filter(account=award.account).order_by("sequence")
    yield Part("ledger.json", _json([_row(one) for one in entries]))
    yield Part("payments.json", _json(_payments(award)))
    yield Part("mails.json", _json(_rows(_about(Mail.objects.all(), award))))
    yield Part("audit.json", _json(_rows(_about(AuditEntry.objects.all(), award))))
    for letter in application.letters.exclude(stored="").order_by("pk"):
        yield Part(f"letters/{letter.name}-{letter.language}.pdf", _stored(letter))
    for batch in _batches(award):
        yield Part(f"payments/{batch.message_id}.xml", batch.xml.encode())


def _screenings(award: Award) -> list[dict[str, Any]]:
    """Each run with the facts it read, its findings with the version of their rule, and what two
    people said instead."""
    runs = Run.objects.filter(submission__application=award.application).order_by("pk")
    return [
        {
            **_row(run),
            "findings": [
                {**_row(one), "overrides": _rows(one.overrides.order_by("pk"))}
                for one in run.findings.order_by("pk")
            ],
        }
        for run in runs
    ]


def _reviews(award: Award) -> dict[str, Any]:
    application = award.application
    score = getattr(application, "panel_score", None)
    reviews = application.reviews.select_related("reviewer").order_by("pk")
    return {
        "score": _row(score) if score else None,
        "reviews": [
            {
                **_row(review),
                "reviewer": str(review.reviewer),
                "marks": _rows(review.marks.order_by("criterion")),
                "changes": _rows(review.changes.order_by("pk")),
            }
            for review in reviews
        ],
        "declarations": _rows(application.declarations.order_by("pk")),
        "conflicts": _rows(application.conflicts.order_by("pk")),
    }


def _decision(award: Award) -> dict[str, Any]:
    """Every proposal with its versions and their hashes, its votes and opinions."""
    proposals = award.application.proposals.order_by("pk")
    return {
        "award": _row(award),
        "proposals": [
            {
                **_row(one),
                "terms": _rows(one.terms.order_by("version")),
                "votes": [_vote(vote) for vote in one.votes.order_by("at", "pk")],
                "opinions": _rows(one.opinions.order_by("pk")),
            }
            for one in proposals
        ],
        "changes": _rows(award.changes.order_by("pk")),
    }


def _vote(vote: Vote) -> dict[str, Any]:
    return {**_row(vote), "reviewer": str(vote.reviewer)}


def _payments(award: Award) -> dict[str, Any]:
    return {
        "tranches": _rows(award.tranches.order_by("position")),
        "claims": _rows(Claim.objects.filter(tranche__award=award).order_by("pk")),
        "accounts": _rows(award.bank_accounts.order_by("pk")),
        "recoveries": _rows(award.recoveries.order_by("pk")),
        "files": [
            {"message_id": one.message_id, "sha256": one.sha256, "state": one.state}
            for one in _batches(award)
        ],
    }


def _batches(award: Award) -> QuerySet[Batch]:
    return Batch.objects.filter(claims__tranche__award=award).distinct().order_by("pk")


def _documents(award: Award) -> Iterator[tuple[str, Iterable[bytes], str]]:
    """Name in the ZIP, bytes in pieces, SHA-256: of all documents that came with the file."""
    rows = uploading.readable(Document.objects.filter(application=award.application))
    for place, document in enumerate(rows.order_by("pk"), 1):
        name = f"file/documents/{place:02d}-{document.name}"
        yield name, uploading.chunks(document), document.sha256
    for place, attachment in enumerate(award.application.attachments.order_by("pk"), 1):
        name = f"attachments/{place:02d}-{attachment.name}"
        yield name, uploading.chunks(attachment), attachment.sha256


def _about(rows: QuerySet[Any], award: Award) -> QuerySet[Any]:
    """Rows about the file, the award, or any of its proposals."""
    subjects: list[Model] = [award.application, award, *award.application.proposals.all()]
    subjects += [*Vote.objects.filter(proposal__application=award.application)]
    subjects += [*Claim.objects.filter(tranche__award=award), *award.bank_accounts.all()]
    subjects += [*award.recoveries.all(), *award.changes.all()]
    keys = [audit.reference(one) for one in subjects]
    return rows.filter(about__in=keys).order_by("pk")


def _stored(letter: Letter) -> bytes:
    with default_storage.open(letter.stored) as kept:
        return bytes(kept.read())


def _rows(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [_row(one) for one in rows]


def _row(row: Model) -> dict[str, Any]:
    """Every field of the row; relations by their keys."""
    fields = row._meta.concrete_fields
    return {field.attname: field.value_from_object(row) for field in fields}


def _json(content: Any) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
