"""What to ask a startup when rules need evidence: the sections they read, and their reasons."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from applications.completeness import sections_of
from applications.forms import SectionForm
from applications.models import Application

from .models import Finding, Run, Verdict
from .verdicts import counting

# What no question feeds: the register's activities, and the page of documents.
BESIDE = {"sector": ("project",), "documents": ("documents",), "ethics": ("documents",)}


@dataclass(frozen=True)
class Wanted:
    """Sections by key, in the order of the form, and a question in the file's language."""

    sections: list[str]
    question: str


def wanted(application: Application) -> Wanted:
    """Nothing, when no rule needs evidence."""
    run = Run.objects.of(application.submission_id)
    counted = counting(run) if run else {}
    open_ones = [
        one for one in (run.findings.all() if run else ())
        if counted[one.rule] == Verdict.NEEDS_EVIDENCE
    ]  # fmt: skip
    rules = {one.rule for one in open_ones}
    beside = {key for rule in rules for key in BESIDE.get(rule, ())}
    sections = [
        key
        for key, form in sections_of(application).items()
        if key in beside or rules & read_by(form)
    ]
    return Wanted(sections, _question(open_ones, application.language))


def read_by(form: type[SectionForm]) -> set[str]:
    """The names of the rules, and of whatever else, that the section's questions feed."""
    pages = (form, *(table.row for table in form.tables))
    return {str(fed.value) for page in pages for fed in page.feeds.values()}


def _question(findings: list[Finding], language: str) -> str:
    with translation.override(language):
        lines = [f"- {one.title} – {one.text}" for one in findings]
        opening = _("To judge your file we need more from you:")
    return "\n".join([opening, *lines]) if lines else ""
