"""The funding line of a call, its scenarios, and the way from a scenario to proposals."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.core.money import ZERO
from brustart.fund.models import Call

from .. import scenarios
from ..candidates import CHOOSABLE, Picture, Row, picture
from ..drafting import drafts
from ..forms.lining import EditForm, NameForm, ProposalLineForm, SettingsForm, problems
from ..models import Scenario, ScenarioLine
from ..reading import left_in
from ..scenarios import Edit, Outcome, Settings, Wanted
from ..weighing import columns, totals

FILES_A_PAGE, PROPOSED_A_PAGE = 50, 50
COMPARED = 3


@require_safe
def line(request: SignedIn, code: str) -> HttpResponse:
    """The ranked files against what is to be divided, as the reader's draft has it."""
    call = _call(request, code)
    return _line_page(request, call, _shown(request, call))


@require_POST
def recalculate(request: SignedIn, code: str) -> HttpResponse:
    """Keep what was changed in the draft, and work it out anew."""
    call = _call(request, code)
    shown = _shown(request, call)
    page = _page(request, shown)
    settings, edits = SettingsForm(request.POST), _edit_forms(page, request.POST)
    wrong = problems([one for one in (settings, *edits) if not one.is_valid()])
    is_live = "HX-Request" in request.headers
    if not wrong:
        changes = {one.row.application.pk: Edit(**one.cleaned_data) for one in edits}
        chosen = _settings(request, settings)
        scenarios.keep_draft(call, chosen, changes, actor=request.user, now=timezone.now())
        if not is_live:
            return redirect(f"{reverse('line', args=[code])}?page={page.number}")
        shown = _shown(request, call)
    if is_live:
        known = {**_known(request, call, shown), "problems": wrong, "oob": True}
        return render(request, "awards/line_changes.html", known)
    return _line_page(request, call, shown, settings=settings, edits=edits, wrong=wrong)


@require_POST
def save(request: SignedIn, code: str) -> HttpResponse:
    """Keep the draft under a name."""
    call, form = _call(request, code), NameForm(request.POST)
    if form.is_valid():
        name, now = form.cleaned_data["name"], timezone.now()
        try:
            saved = scenarios.save_as(call, name=name, actor=request.user, now=now)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The scenario is saved. Nothing is proposed yet."))
            return redirect("scenario", pk=saved.pk)
    shown = _shown(request, call)
    return _line_page(request, call, shown, name_form=form, wrong=problems([form]))


@require_safe
def scenario(request: SignedIn, pk: int) -> HttpResponse:
    """A scenario as it was saved."""
    saved = _saved(request, pk)
    lines = saved.lines.select_related("application__startup")
    page = Paginator(lines, FILES_A_PAGE).get_page(request.GET.get("page"))
    known = {
        "scenario": saved,
        "totals": totals([saved])[saved.pk],
        "page_obj": page,
        "open": _open_lines(saved).exists(),
    }
    return render(request, "awards/scenario.html", known)


@require_POST
def work_on(request: SignedIn, pk: int) -> HttpResponse:
    """Go on from a saved scenario."""
    saved = _saved(request, pk)
    scenarios.work_on(saved, actor=request.user, now=timezone.now())
    messages.success(request, _("Your draft is now a copy of this scenario."))
    return redirect("line", code=saved.call.code)


@require_safe
def compare(request: SignedIn, code: str) -> HttpResponse:
    """Two or three scenarios side by side."""
    call = _call(request, code)
    asked = [int(one) for one in request.GET.getlist("scenario") if one.isdigit()]
    chosen = list(_scenarios(request, call).filter(pk__in=asked)[:COMPARED])
    if len(chosen) < 2:
        messages.info(request, _("Choose two or three scenarios to compare."))
        return redirect(f"{reverse('line', args=[code])}#scenarios")
    known = {"call": call, "columns": columns(chosen), "files": _side_by_side(chosen)}
    return render(request, "awards/scenario_compare.html", known)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_scenario(request: SignedIn, pk: int) -> HttpResponse:
    """All files that a scenario would put before the panel, with their reasons to confirm."""
    saved = _saved(request, pk)
    data = request.POST if request.method == "POST" else None
    forms = _proposal_forms(saved, data)
    wrong = problems([one for one in forms if data is not None and not one.is_valid()])
    outcomes: Sequence[Outcome] = ()
    if data is not None and not wrong:
        wanted = {one.line.application_id: _wanted(one) for one in forms if _confirmed(one)}
        outcomes = scenarios.propose_all(saved, wanted, actor=request.user, now=timezone.now())
        if done := [one for one in outcomes if not one.refused]:
            messages.success(request, _proposed(len(done)))
        elif not outcomes:
            messages.info(request, _("Nothing was proposed: tick the files that you confirm."))
        if len(done) == len(outcomes):
            return redirect("propose_scenario" if not done else "scenario", pk=pk)
        forms = _proposal_forms(saved, None)
    known = {
        "scenario": saved,
        "forms": forms,
        "problems": wrong,
        "refused": [one for one in outcomes if one.refused],
        "totals": totals([saved])[saved.pk],
        "capacity": left_in(saved.call.envelope),
        "asked": sum((one.line.amount for one in forms), ZERO),
        "waiting": _open_lines(saved).count() - len(forms),
    }
    status = 409 if known["refused"] else 200
    return render(request, "awards/scenario_propose.html", known, status=status)


# --- what the pages share ----------------------------------------------------------------------


def _call(request: SignedIn, code: str) -> Call:
    return get_or_404(request.user, Call, "envelope__account", code=code)


def _saved(request: SignedIn, pk: int) -> Scenario:
    found = get_or_404(
        request.user, Scenario, "call__envelope__account", "frozen", "made_by", pk=pk
    )
    if found.is_draft:
        raise Http404
    return found


def _scenarios(request: SignedIn, call: Call) -> Any:
    saved = visible_to(request.user, Scenario).filter(call=call).exclude(name="")
    return saved.select_related("made_by")


def _shown(request: SignedIn, call: Call) -> Picture:
    return picture(scenarios.draft_of(call, request.user), reader=request.user)


def _page(request: SignedIn, shown: Picture) -> "Page[Row]":
    return Paginator(shown.rows, FILES_A_PAGE).get_page(request.GET.get("page"))


def _edit_forms(page: "Page[Row]", data: Any = None) -> list[EditForm]:
    """Of the files on the page that can be chosen; of those that a request names alone."""
    named = None if data is None else set(data.getlist("shown"))
    return [
        EditForm(data, row=row)
        for row in page
        if row.choice and (named is None or str(row.application.pk) in named)
    ]


def _settings(request: SignedIn, form: SettingsForm) -> Settings:
    """What the form says; `line`: the button that ends the line below a place."""
    chosen = dict(form.cleaned_data)
    ends = request.POST.get("line", "")
    if ends.isdigit():
        chosen["until"] = int(ends) or None
    return Settings(**chosen)


def _known(request: SignedIn, call: Call, shown: Picture) -> dict[str, Any]:
    page = _page(request, shown)
    return {"call": call, "shown": shown, "page_obj": page, "scenario": shown.scenario}


def _line_page(
    request: SignedIn,
    call: Call,
    shown: Picture,
    *,
    settings: SettingsForm | None = None,
    edits: Sequence[EditForm] | None = None,
    name_form: NameForm | None = None,
    wrong: Sequence[dict[str, str]] = (),
) -> HttpResponse:
    known = _known(request, call, shown)
    edits = _edit_forms(known["page_obj"]) if edits is None else edits
    by_file = {one.row.application.pk: one for one in edits}
    saved = list(_scenarios(request, call))
    known |= {
        "lines": [(row, by_file.get(row.application.pk)) for row in known["page_obj"]],
        "settings": settings or SettingsForm(initial=_initial(shown.scenario)),
        "name_form": name_form or NameForm(),
        "columns": columns(saved),
        "problems": wrong,
        "is_manager": request.user.is_fund_manager,
    }
    return render(request, "awards/line.html", known)


def _initial(draft: Scenario) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Settings.__dataclass_fields__}


def _side_by_side(chosen: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Each file that one of them funds, with the line of each."""
    lines = ScenarioLine.objects.filter(scenario__in=chosen).select_related("application__startup")
    found: dict[int, dict[int, ScenarioLine]] = {}
    for one in lines.order_by("place", "application_id"):
        found.setdefault(one.application_id, {})[one.scenario_id] = one
    rows = [(by, [(one, by.get(one.pk)) for one in chosen]) for by in found.values()]
    return [
        {
            "application": next(iter(by.values())).application,
            "lines": row,
            "differs": len({line.amount if line else 0 for _one, line in row}) > 1,
        }
        for by, row in rows
        if any(line and line.amount for _one, line in row)
    ]


def _open_lines(saved: Scenario) -> Any:
    """Those that can still be put before the panel."""
    return saved.lines.filter(amount__gt=0, application__state__in=CHOOSABLE)


def _proposal_forms(saved: Scenario, data: Any) -> list[ProposalLineForm]:
    """The first files that can still be proposed; of a request those that it names, whatever has
    become of them since."""
    lines = saved.lines.filter(amount__gt=0) if data is not None else _open_lines(saved)
    if data is not None:
        named = [int(one) for one in data.getlist("shown") if one.isdigit()]
        lines = lines.filter(application__in=named)
    parts = ("startup", "call", "panel_score", "rank")
    shown = list(lines.select_related(*(f"application__{one}" for one in parts)))[:PROPOSED_A_PAGE]
    drafted = drafts(one.application for one in shown)
    return [ProposalLineForm(data, line=one, draft=drafted[one.application_id]) for one in shown]


def _confirmed(form: ProposalLineForm) -> bool:
    return bool(form.cleaned_data["confirmed"])


def _wanted(form: ProposalLineForm) -> Wanted:
    return Wanted(form.cleaned_data["reasons"], form.cleaned_data["instrument"])


def _proposed(number: int) -> str:
    words = ngettext(
        "%(number)s award is proposed. The panel is told by mail and decides.",
        "%(number)s awards are proposed. The panel is told by mail and decides.",
        number,
    )
    return words % {"number": number}
