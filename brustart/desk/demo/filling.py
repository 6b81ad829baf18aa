"""Keeping expanded answers in a draft, as its pages would."""

from collections.abc import Mapping
from datetime import datetime

from applications import drafting
from applications.forms import SECTIONS
from applications.models import Application, Section
from brustart.accounts.models import User
from brustart.core.hashing import plain

from .entries import Answers


def save(
    application: Application,
    sections: Mapping[str, Answers],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """Write these sections over what stood there. Raises drafting's refusals."""
    versions = dict(Section.objects.filter(application=application).values_list("name", "version"))
    for key, answers in sections.items():
        form_class = SECTIONS[key]
        form = form_class(form_class.data_for(plain(answers)))
        assert not form.problems(), (key, form.problems())
        begun_from = versions.get(key, 0)
        drafting.save_section(
            application, form, begun_from=begun_from, page="", actor=actor, now=now
        )
