"""The rules of a call: what counts now, the versions before, and the next."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications.forms.fields import CountField
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.figures import figure
from brustart.fund.models import Call
from scoring.screening import publishing
from scoring.screening.eligibility import RULES
from scoring.screening.explaining import explained
from scoring.screening.models import RuleSet
from scoring.screening.parameters import AGE, FIGURES, OWN, SEAT_ONLY, SHARE, figure_text
from scoring.screening.reasons import TITLES
from scoring.screening.rule_sets import latest

CHOOSABLE = [(rule.name, TITLES[rule.name]) for rule in RULES if not rule.by_law]


class RulesForm(forms.Form):
    """Which rules a call applies, and its own figures."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    rules = forms.MultipleChoiceField(
        label=gettext_lazy("Rules that this call applies"),
        choices=CHOOSABLE,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    age_years = CountField(
        label=FIGURES[AGE],
        min_value=int(OWN[AGE].lowest),
        max_value=int(OWN[AGE].highest),
    )
    seat_only = forms.BooleanField(
        label=gettext_lazy("The seat alone counts, not an establishment"), required=False
    )
    share_percent = CountField(
        label=gettext_lazy("Share of the costs from elsewhere, in percent"),
        min_value=int(OWN[SHARE].lowest * 100),
        max_value=int(OWN[SHARE].highest * 100),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rules"].needed = True  # type: ignore[attr-defined]  # none is a choice too

    @property
    def chosen(self) -> list[str]:
        """The rules by name, those of law among them."""
        by_law = [rule.name for rule in RULES if rule.by_law]
        return [*by_law, *self.cleaned_data["rules"]]

    @property
    def figures(self) -> dict[str, Decimal]:
        kept = self.cleaned_data
        return {
            AGE: Decimal(kept["age_years"]),
            SEAT_ONLY: Decimal(kept["seat_only"]),
            SHARE: Decimal(kept["share_percent"]) / 100,
        }


@require_http_methods(["GET", "HEAD", "POST"])
def call_rules(request: SignedIn, code: str) -> HttpResponse:
    """The rules of a call, and a form for the next version of them."""
    call, now = get_or_404(request.user, Call, code=code), timezone.now()
    if request.method != "POST":
        return _page(request, call, RulesForm(initial=_initial(call, now)), now=now)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, call, form, now=now)
    try:
        version = publishing.publish(
            call,
            rules=form.chosen,
            figures=form.figures,
            actor=request.user,
            now=now,
            begun_from=form.cleaned_data["version"],
        )
    except Refused as refusal:
        return _page(request, call, _again(form, call), now=now, refused=str(refusal))
    done = _("Version %(number)s counts from now on. Files handed in before keep their rules.")
    messages.success(request, done % {"number": version.number})
    return redirect("call_rules", code=call.code)


def _initial(call: Call, now: datetime) -> dict[str, Any]:
    """What counts now, as the form has it."""
    last, today = latest(call), timezone.localdate(now)
    values = {name: last.values.get(name, figure(name, today).value) for name in OWN}
    return {
        "version": last.number,
        "rules": last.rules or [rule.name for rule in RULES],
        "age_years": int(values[AGE]),
        "seat_only": bool(values[SEAT_ONLY]),
        "share_percent": int(values[SHARE] * 100),
    }


def _again(form: RulesForm, call: Call) -> RulesForm:
    """What was chosen, to be published over the newest version."""
    return RulesForm(initial={**form.cleaned_data, "version": latest(call).number})


def _page(
    request: SignedIn, call: Call, form: RulesForm, *, now: datetime, refused: str = ""
) -> HttpResponse:
    """`refused`: why nothing was published."""
    published = visible_to(request.user, RuleSet).filter(call=call)
    history = list(published.select_related("published_by").order_by("-number"))
    context = {
        "call": call,
        "form": form,
        "refused_text": refused,
        "rules": explained(latest(call), on=timezone.localdate(now)),
        "newest": history[0] if history else None,
        "history": [(one, _left_out(one), _own(one)) for one in history],
    }
    return render(request, "desk/rules.html", context, status=409 if refused else 200)


def _left_out(version: RuleSet) -> list[str]:
    return [str(title) for name, title in CHOOSABLE if name not in version.rules]


def _own(version: RuleSet) -> list[str]:
    return [
        f"{FIGURES[name]}: {figure_text(name, value)}" for name, value in version.values.items()
    ]
