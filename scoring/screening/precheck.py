"""Could we apply? What the rules say of eight answers, before there is a file or an account.

The rules are those that screen files later (eligibility.py), as the call applies them now.
Nothing is kept until somebody begins an application with the answers, which are JSON as
PrecheckForm gives them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import drafting, lifecycle
from applications.models import Application
from brustart.accounts.models import User
from brustart.core.hashing import plain
from brustart.fund.models import Aid, Call

from . import eligibility, facts
from .eligibility import Found
from .models import Finding, Verdict
from .reading import finding_for_reading
from .rule_sets import latest

Answers = Mapping[str, Any]
# Eight answers say nothing of these: they need a number, documents, or the page on e-health.
LEFT_OUT = frozenset({"sector", "one_file", "documents", "ethics", "track"})
SAME_NAMES = (
    "founded_on", "not_registered", "postal_code", "staff", "excluded", "requested"
)  # fmt: skip
DECLARED = ("no_excluded_activity", "no_export_aid", "no_double_aid")
HEALTH = ("insolvency", "rescue_aid")


def judged(answers: Answers, *, call: Call, on: date) -> list[Found]:
    """What each rule says of the answers, as if they were submitted on that day; those that only
    a file can answer are left out."""
    found = eligibility.judge(facts_of(answers, call=call, on=on), latest(call))
    return [one for one in found if one.rule not in LEFT_OUT]


def facts_of(answers: Answers, *, call: Call, on: date) -> facts.Facts:
    """No enterprise is named, so only the aid that the answers tell of lessens the headroom."""
    return facts.of(_said(answers, on), call=call, on=on, numbers=frozenset())


def _said(answers: Answers, on: date) -> dict[str, Any]:
    """The answers under the names of the facts; all aid as if it were granted on the day."""
    said = {name: answers[name] for name in SAME_NAMES if name in answers}
    if "de_minimis_received" in answers:
        received = {"amount": answers["de_minimis_received"], "day": on, "kind": Aid.Kind.DECLARED}
        said |= {"aid": [received], "aid_declared": True}
    said |= dict.fromkeys(HEALTH, answers.get("in_difficulty", ""))
    if "lower_figure" in answers:  # the rule asks for one of them within the limit
        said |= dict.fromkeys(("turnover", "balance_sheet"), answers["lower_figure"])
    if answers.get("excluded") == "no":
        said |= dict.fromkeys(DECLARED, True)
    if "cost" in answers:  # the rule reads the sum alone
        said |= dict.fromkeys(("personnel", "subcontracting", "equipment"), Decimal(0))
        said["other"] = answers["cost"]
    return said


def outcome(found: list[Found]) -> str:
    """All verdicts in a few words; never a refusal."""
    verdict = eligibility.overall(found)
    if verdict == Verdict.PASS:
        return _("As far as we can see, you could apply")
    if verdict == Verdict.NEEDS_EVIDENCE:
        return _("Some things are not known yet")
    failed = sum(one.verdict == Verdict.FAIL for one in found)
    words = ngettext("One rule would not be met", "%(count)s rules would not be met", failed)
    return words % {"count": failed}


def for_reading(found: list[Found]) -> list[dict[str, Any]]:
    """Each verdict with its reason and source; the inputs stand in the form beneath."""
    return [finding_for_reading(_finding(one)) | {"inputs": []} for one in found]


def _finding(found: Found) -> Finding:
    return Finding(
        rule=found.rule, verdict=found.verdict, reason=found.reason, inputs=plain(found.inputs)
    )


def carried(answers: Answers) -> dict[str, dict[str, Any]]:
    """The answers that the application asks in the same words, by section.

    Left out: the lower of two figures, a cost without its category, and a "yes" that the
    application asks as two or three questions; none of them says which one it is.
    """
    start = "not_registered" if answers.get("not_registered") else "founded_on"
    sections = {
        "startup": _picked(answers, start, "postal_code"),
        "size": _picked(answers, "staff"),
        "budget": _picked(answers, "requested"),
        "aid": {},
    }
    if answers.get("in_difficulty") == "no":
        sections["size"] |= dict.fromkeys(HEALTH, "no")
    if "de_minimis_received" in answers:
        received = Decimal(answers["de_minimis_received"])
        sections["aid"] = {"any_aid": "some" if received else "none"}
    return sections


def _picked(answers: Answers, *names: str) -> dict[str, Any]:
    return {name: answers[name] for name in names if name in answers}


@transaction.atomic
def begin_with(
    call: Call, answers: Answers, *, author: User | None, language: str, now: datetime
) -> Application:
    """A new draft with the answers in it. Raises CallClosed."""
    application = lifecycle.begin(call=call, author=author, language=language, now=now)
    drafting.carry_over(application, carried(answers), now=now)
    return application
