"""What the applicant has to do next: with a file by its state, with a draft by its sections."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .completeness import Missing, current_documents, section_gaps, sections_of, stored
from .deadlines import may_submit
from .models import Application, Document, Section
from .states import TONES, State, for_applicant

NEXT: dict[State, Promise] = {
    State.SUBMITTED: _("Nothing: the rules are being checked."),
    State.ELIGIBLE: _("Nothing: your file goes to reviewers."),
    State.NEEDS_EVIDENCE: _("Read which evidence is missing; the fund will contact you."),
    State.FAILS_RULES: _("Read which rule it is; a fund manager looks at it before any decision."),
    State.INELIGIBLE: _("Read the grounds, and what you can do about them."),
    State.IN_REVIEW: _("Nothing: reviewers are reading your file."),
    State.WAITING: _("Nothing: we write to you when money becomes free."),
    State.AWARDED: _("Read the decision, accept the agreement, and claim each tranche."),
    State.LAPSED: _("Nothing: the award is no longer in force."),
    State.CLOSED: _("Nothing: keep your documents for ten years."),
    State.REJECTED: _("Read the grounds, and what you can do about them."),
    State.WITHDRAWN: _("Nothing: you withdrew this file."),
}


@dataclass(frozen=True)
class FileLine:
    """A file in its people's list: what it is called, how it stands, what they do next."""

    application: Application
    label: str
    tone: str
    next_step: Promise
    is_draft: bool


def file_line(application: Application, now: datetime) -> FileLine:
    state = for_applicant(State(application.state))
    is_draft = state == State.DRAFT
    return FileLine(
        application=application,
        label=str(state.label),
        tone=TONES[state],
        next_step=_next_for_draft(application, now) if is_draft else NEXT[state],
        is_draft=is_draft,
    )


def _next_for_draft(application: Application, now: datetime) -> Promise:
    if may_submit(application, now):
        return _("Complete it and submit it.")
    return _("The call is closed: this draft can no longer be submitted.")


@dataclass(frozen=True)
class SectionStatus:
    """How far a section is: `gaps` are missing, or cannot stay as they are."""

    key: str
    heading: Promise | str
    begun: bool
    gaps: list[Missing]

    @property
    def label(self) -> str:
        if not self.begun:
            return str(_("Not started"))
        if not self.gaps:
            return str(_("Complete"))
        count = len(self.gaps)
        words = ngettext("%(count)s answer missing", "%(count)s answers missing", count)
        return words % {"count": count}

    @property
    def tone(self) -> str:
        if not self.begun:
            return "neutral"
        return "warn" if self.gaps else "good"


def sections(application: Application) -> list[SectionStatus]:
    """The sections in order, with how far each is. Three queries, however long the file."""
    kept, documents = stored(application), current_documents(application)
    return [
        SectionStatus(
            key=key,
            heading=form.heading,
            begun=_begun(kept[key], documents),
            gaps=section_gaps(application, form, kept[key], documents),
        )
        for key, form in sections_of(application).items()
    ]


def _begun(section: Section, documents: list[Document]) -> bool:
    if section.name == "documents":
        return bool(documents)
    return bool(section.answers or section.unread)


def following(application: Application, key: str) -> str | None:
    """The section after this one, if there is one."""
    keys = list(sections_of(application))
    return next(iter(keys[keys.index(key) + 1 :]), None)
