"""Filling a draft with an example, in the language of the page."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from applications import drafting
from applications.forms import SECTIONS
from applications.models import Application, Section, Startup

from . import content


@transaction.atomic
def fill(application: Application, *, now: datetime) -> None:
    """Write every section, over what stood there. Raises drafting's refusals."""
    example = content.read("example")[(get_language() or "en")[:2]]
    versions = dict(Section.objects.filter(application=application).values_list("name", "version"))
    for key, form_class in SECTIONS.items():
        answers = content.answers(example[key], on=timezone.localdate(now))
        if "enterprise_number" in answers:
            answers["enterprise_number"] = free_number(answers["enterprise_number"], application)
        form = form_class(answers, draft=True)
        assert form.is_valid(), form.errors
        drafting.save_section(application, form, begun_from=versions.get(key, 0), now=now)


def free_number(wanted: str, application: Application) -> str:
    """The enterprise number, or the next valid one that no other startup has."""
    others = Startup.objects.exclude(pk=application.startup_id)
    used = set(others.values_list("enterprise_number", flat=True))
    first = int(wanted[:8])
    while (number := _with_check(first)) in used:
        first += 1
    return number


def _with_check(first: int) -> str:
    """Eight digits with their two check digits: 97 - (number modulo 97)."""
    return f"{first:08d}{97 - first % 97:02d}"
