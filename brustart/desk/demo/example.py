"""Filling a draft with an example, in the language of the page."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from applications import completeness
from applications.models import Application, Startup
from brustart.cbe.numbers import with_check

from . import content, documents, expanding, filling


@transaction.atomic
def fill(application: Application, *, now: datetime) -> None:
    """Write every section, over what stood there, and add the documents that are not there.

    Raises the refusals of drafting and uploading.
    """
    told = content.read("example")[(get_language() or "en")[:2]]
    author = application.author
    founder = author.display_name if author else told["founder"]
    sections = expanding.expand(told, on=timezone.localdate(now), founder=founder)
    wanted = sections["startup"]["enterprise_number"]
    sections["startup"]["enterprise_number"] = free_number(wanted, application)
    filling.save(application, sections, actor=author, now=now)
    there = {one.kind for one in completeness.current_documents(application)}
    kinds = [kind for kind in documents.needed(sections) if kind not in there]
    documents.add(application, sections, kinds, actor=author, now=now)


def free_number(wanted: str, application: Application) -> str:
    """The enterprise number, or the next valid one that no other startup has."""
    others = Startup.objects.exclude(pk=application.startup_id)
    used = set(others.values_list("enterprise_number", flat=True))
    first = int(wanted[:8])
    while (number := with_check(first)) in used:
        first += 1
    return number
