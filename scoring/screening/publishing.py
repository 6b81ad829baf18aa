"""Publishing which rules a call applies. A version is for good: files keep the one that was the
last when they were handed in, so a change is always a new version."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.figures import figure
from brustart.fund.models import Call

from .eligibility import RULES
from .models import RuleSet
from .parameters import FIGURES, OWN, figure_text
from .reasons import TITLES
from .rule_sets import latest


class NotPublishable(Refused):
    """A rule or a figure cannot be the call's own. Its text says which, and why."""


class Unchanged(Refused):
    """Nothing differs from what counts already."""


class Superseded(Refused):
    """Another version was published since the page was opened."""


@transaction.atomic
def publish(
    call: Call,
    *,
    rules: Collection[str],
    figures: Mapping[str, Decimal],
    actor: User,
    now: datetime,
    begun_from: int | None = None,
) -> RuleSet:
    """The next version of the call's rules, by name, with figures of its own by id.

    A figure that is today's of the fund stays the fund's. `begun_from`: the number of the version
    that was changed, 0 for none. Raises NotPublishable, Unchanged, Superseded.
    """
    Call.objects.select_for_update().get(pk=call.pk)
    last = latest(call)
    if begun_from not in (None, last.number):
        raise Superseded(
            _(
                "Version %(number)s was published meanwhile. Nothing was changed, and what you "
                "chose is below. Compare, then publish again to replace it."
            )
            % {"number": last.number}
        )
    for problem in _problems(rules, figures):
        raise NotPublishable(problem)
    ordered = [rule.name for rule in RULES if rule.name in rules]
    own = _own(figures, now=now)
    if (ordered, own) == (last.rules or _every(), last.figures):
        raise Unchanged(_("These rules count already. Nothing was published."))
    version = RuleSet.objects.create(
        call=call,
        number=last.number + 1,
        rules=ordered,
        figures=own,
        published_at=now,
        published_by=actor,
    )
    audit.record(
        "call.rules_published", about=call, actor=actor, now=now,
        number=version.number, rules=ordered, figures=own,
    )  # fmt: skip
    return version


def _every() -> list[str]:
    return [rule.name for rule in RULES]


def _own(figures: Mapping[str, Decimal], *, now: datetime) -> dict[str, str]:
    today = timezone.localdate(now)
    return {
        name: format(value.normalize(), "f")
        for name, value in sorted(figures.items())
        if value != figure(name, today).value
    }


def _problems(rules: Collection[str], figures: Mapping[str, Decimal]) -> Iterator[str]:
    """Why they cannot be published, in words."""
    if unknown := set(rules) - set(_every()):
        yield _("There is no rule “%(name)s”.") % {"name": min(unknown)}
    for rule in RULES:
        if rule.by_law and rule.name not in rules:
            title = TITLES[rule.name]
            yield _("“%(title)s” follows from the law: no call leaves it out.") % {"title": title}
    for name, value in figures.items():
        if name not in OWN:
            yield _("A call cannot have a figure “%(name)s” of its own.") % {"name": name}
        elif not OWN[name].lowest <= value <= OWN[name].highest:
            yield _("%(label)s: between %(lowest)s and %(highest)s.") % {
                "label": FIGURES[name],
                "lowest": figure_text(name, OWN[name].lowest),
                "highest": figure_text(name, OWN[name].highest),
            }
