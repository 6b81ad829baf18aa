"""Drafting the formal reasons of an award from what the panel and the screening found.

A draft in the language of the file, for a person to read, correct and stand behind: decisions
carry their reasons (law of 29 July 1991), and a computer has none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application
from brustart.core.money import number
from scoring.review import rubrics
from scoring.review.models import PanelScore
from scoring.review.rubrics import Grid, Measure
from scoring.screening.models import Finding, Override, Verdict

Marked = tuple[Measure, Decimal]  # a criterion and its median of 5


def draft_reasons(application: Application) -> str:
    """Three to six plain sentences, in the file's language; "" before the panel has marked it."""
    return drafts([application])[application.pk]


def drafts(applications: Iterable[Application]) -> dict[int, str]:
    """The drafts for files of one call, by file; in three queries when `panel_score` and `rank`
    are selected with them."""
    files = list(applications)
    if not files:
        return {}
    grid = rubrics.of(files[0].call)
    rules = _counting(files)
    return {one.pk: _draft(one, grid, rules[one.submission_id]) for one in files}


def _draft(file: Application, grid: Grid, rules: Sequence[tuple[Finding, Verdict]]) -> str:
    score = getattr(file, "panel_score", None)
    if score is None:
        return ""
    with translation.override(file.language):
        return " ".join(_sentences(file, score, grid, rules))


def _sentences(
    file: Application, score: PanelScore, grid: Grid, rules: Sequence[tuple[Finding, Verdict]]
) -> Iterator[str]:
    yield ngettext(
        "%(number)s reviewer marked the project: %(total)s of 100; the call asks for %(needed)s.",
        "%(number)s reviewers marked the project: %(total)s of 100; the call asks for %(needed)s.",
        score.n,
    ) % {"number": score.n, "total": number(score.total), "needed": number(grid.total)}
    if (rank := getattr(file, "rank", None)) is not None:
        yield _("In the ranking of the call it stands at place %(place)s.") % {"place": rank.place}
    yield from _of_criteria(_marked(score, grid))
    yield from _of_rules(rules)


def _marked(score: PanelScore, grid: Grid) -> list[Marked]:
    given = ((one, score.medians.get(one.key)) for one in grid.measures)
    return [(one, Decimal(median)) for one, median in given if median is not None]


def _of_criteria(marked: Sequence[Marked]) -> Iterator[str]:
    """What is strongest, what is weakest, and what misses its threshold."""
    if not marked:
        return
    medians = [median for _measure, median in marked]
    best, worst = max(medians), min(medians)
    strong = _named(marked, best)
    if best == worst:
        yield _("Its median mark is %(mark)s of 5 on every criterion.") % {"mark": number(best)}
    else:
        yield _("It is strongest on %(criteria)s, with a median of %(mark)s of 5.") % {
            "criteria": strong, "mark": number(best),
        }  # fmt: skip
        yield _("It is weakest on %(criteria)s, with a median of %(mark)s of 5.") % {
            "criteria": _named(marked, worst), "mark": number(worst),
        }  # fmt: skip
    if missed := [one.label for one, median in marked if median < one.floor]:
        yield _("Below the threshold of its criterion: %(criteria)s.") % {
            "criteria": ", ".join(missed)
        }


def _named(marked: Sequence[Marked], median: Decimal) -> str:
    return ", ".join(one.label for one, given in marked if given == median)


def _of_rules(rules: Sequence[tuple[Finding, Verdict]]) -> Iterator[str]:
    """What counts of the screening: the machine's verdicts, and those of two people instead."""
    if not rules:
        return
    unmet = [one.title for one, verdict in rules if verdict != Verdict.PASS]
    if unmet:
        yield _("Still to be settled among the rules of the call: %(rules)s.") % {
            "rules": ", ".join(unmet)
        }
    elif by_people := [one.title for one, verdict in rules if verdict != one.verdict]:
        yield _("It meets the rules of the call; two people judged so on %(rules)s.") % {
            "rules": ", ".join(by_people)
        }
    else:
        yield _("It meets every rule of the call that was checked.")


def _counting(files: Sequence[Application]) -> dict[int | None, list[tuple[Finding, Verdict]]]:
    """The findings of each file's submission with the verdict that counts
    (`screening/verdicts.py` says the same of one screening)."""
    current = Finding.objects.filter(
        run__submission__in=[one.submission_id for one in files], run__is_current=True
    )
    accepted = Override.objects.filter(finding__in=current, accepted=True)
    given = dict(accepted.values_list("finding", "verdict"))
    found: dict[int | None, list[tuple[Finding, Verdict]]] = defaultdict(list)
    for one in current.select_related("run").order_by("run_id", "place"):
        found[one.run.submission_id].append((one, Verdict(given.get(one.pk, one.verdict))))
    return found
