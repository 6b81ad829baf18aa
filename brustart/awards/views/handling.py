"""What the fund does with a running award: its account, claims, changes, report, recoveries."""

from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.money import euros
from scoring.screening.conditions import conditions

from .. import banking, changing, claiming, closing
from ..forms.after import (
    AnswerAccountForm,
    AskBackForm,
    ReasonForm,
    ReduceForm,
    VerifyForm,
)
from ..models import Award, BankAccount, Claim, Recovery
from .acting import ActPage, data, perform

BOTH = require_http_methods(["GET", "HEAD", "POST"])
PARTS = ("application__startup", "application__call", "proposal", "account")


def _find(request: SignedIn, pk: int) -> Award:
    return get_or_404(request.user, Award, *PARTS, application=pk)


def page_of(award: Award, **words: Any) -> ActPage:
    """An act's page about this award, with its way back."""
    application = award.application
    return ActPage(
        back=(reverse("award", args=[application.pk]), _("Award")),
        caption=f"{application.reference} · {application.startup}",
        **words,
    )


def _is(request: HttpRequest, act: str) -> bool:
    """Which of a page's two forms was sent, or is asked for."""
    return (request.POST.get("act") or request.GET.get("act", "")) == act


@BOTH
def account(request: SignedIn, pk: int) -> HttpResponse:
    """Confirm an account that the startup gave, or refuse it with the reason."""
    found = get_or_404(request.user, BankAccount, "award__application__startup", pk=pk)
    refusing = _is(request, "refuse")
    facts = [
        (_("IBAN"), banking.readable(found.iban)),
        (_("In the name of"), found.holder),
        (_("Given by"), found.given_by),
    ]
    if before := banking.confirmed(found.award):
        facts.append((_("Now paid to"), banking.readable(before.iban)))
    page = page_of(
        found.award,
        heading=_("Refuse this account") if refusing else _("Confirm this account"),
        button=_("Refuse it") if refusing else _("Confirm it"),
        look="danger" if refusing else "primary",
        facts=facts,
        consequence=_("Nothing is paid to it.") if refusing else _account_words(found),
        done=_("The account is refused.") if refusing else _("The account is confirmed."),
    )

    def act(words: str, **how: Any) -> None:
        if refusing:
            banking.refuse(found, reason=words, **how)
        else:
            banking.confirm(found, how=words, **how)

    return perform(request, page, AnswerAccountForm(**data(request)), act)


def _account_words(found: BankAccount) -> str:
    if banking.is_unknown_bank(found.iban):
        return _(
            "Its check digits hold, but its bank is not in the Belgian table we know. Look twice: "
            "the table has gaps."
        )
    return _("From now on the award is paid to it, and the startup is told by mail.")


@BOTH
def claim(request: SignedIn, pk: int) -> HttpResponse:
    """One claim with its evidence: verify it, send it back, or order its payment; or send it back
    although it was verified."""
    parts = ("tranche__award__application__startup", "tranche__award__proposal", "made_by")
    found = get_or_404(request.user, Claim, *parts, pk=pk)
    if found.state not in (Claim.State.MADE, Claim.State.VERIFIED):
        raise Http404
    award = found.tranche.award
    asked = conditions(award.application)
    common: dict[str, Any] = {
        "facts": (
            (_("Milestone"), found.tranche.milestone),
            (_("Amount"), euros(found.amount)),
            (_("What was done"), found.words),
        ),
        "part": "awards/evidence.html",
        "known": {"claim": found, "award": award, "conditions": asked},
    }
    for act in ("return", "undo"):
        if _is(request, act):
            return _send_back(request, found, common, verified=act == "undo")
    if _orders(request, found):
        return _order(request, found, common)
    page = page_of(
        award,
        heading=_("Verify a claim"),
        button=_("It is due and exact"),
        consequence=_("With it the amount is liquidated. A colleague then orders the payment."),
        done=_("The claim is verified. A colleague orders the payment."),
        **common,
    )
    form = VerifyForm(conditions=bool(award.proposal.conditions or asked), **data(request))
    return perform(request, page, form, partial(claiming.verify, found))


def _send_back(
    request: SignedIn, found: Claim, common: dict[str, Any], *, verified: bool
) -> HttpResponse:
    """With the reason; the page says which it is about, as another may verify it meanwhile."""
    page = page_of(
        found.tranche.award,
        heading=_("Send a claim back"),
        button=_("Send it back"),
        look="danger",
        consequence=_("It was verified: in the ledger its amount is then no longer liquidated.")
        if verified
        else "",
        done=_("The claim is sent back. The startup is told why."),
        **common,
    )
    act = partial(claiming.take_back if verified else claiming.send_back, found)
    return perform(request, page, ReasonForm(**data(request)), act)


def _orders(request: HttpRequest, found: Claim) -> bool:
    """Whether the page is about ordering: what was pressed says so, as the claim may have moved on
    since the page was opened, and a second verification orders nothing."""
    if request.method == "POST":
        return _is(request, "order")
    return found.state == Claim.State.VERIFIED


def _order(request: SignedIn, found: Claim, common: dict[str, Any]) -> HttpResponse:
    page = page_of(
        found.tranche.award,
        heading=_("Order a payment"),
        button=_("Order the payment"),
        press="order",
        consequence=_("It then waits for the next payment file."),
        done=_("The payment is ordered. Put it into a payment file."),
        to=reverse("payments"),
        **common,
    )
    return perform(request, page, forms.Form(**data(request)), partial(claiming.order, found))


CHANGES = {
    "suspend": changing.suspend,
    "resume": changing.resume,
    "end": changing.end,
}


def _change_words(kind: str) -> tuple[str, str]:
    """The heading, which is the button's too, and what it does."""
    return {
        "suspend": (
            _("Suspend payments"),
            _("Nothing is claimed or paid until you resume them."),
        ),
        "resume": (_("Resume payments"), _("Claims and payments go on.")),
        "end": (
            _("End the award early"),
            _("What is not liquidated goes back to the fund at once. This cannot be undone."),
        ),
    }[kind]


@BOTH
def change(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """Suspend, resume or end an award, with the reason."""
    award = _find(request, pk)
    if kind not in CHANGES:
        raise Http404
    heading, words = _change_words(kind)
    page = page_of(
        award, heading=heading, button=heading, consequence=words,
        look="danger" if kind == "end" else "primary", done=_("Kept. The startup is told by mail."),
    )  # fmt: skip
    return perform(request, page, ReasonForm(**data(request)), partial(CHANGES[kind], award))


@BOTH
def reduce(request: SignedIn, pk: int) -> HttpResponse:
    """Give a part of the award back to the envelope."""
    award = _find(request, pk)
    page = page_of(
        award,
        heading=_("Give money back to the fund"),
        button=_("Give it back"),
        look="danger",
        facts=((_("Not liquidated yet"), euros(changing.unused(award))),),
        consequence=_("The last tranches shrink, and others can be awarded the money at once."),
        done=_("The money is back in the envelope."),
    )
    return perform(request, page, ReduceForm(**data(request)), partial(changing.reduce, award))


@BOTH
def ask_back(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the startup to pay money back."""
    award = _find(request, pk)
    page = page_of(
        award,
        heading=_("Ask money back"),
        button=_("Ask it back"),
        look="danger",
        facts=((_("Paid and not asked back"), euros(closing.recoverable(award))),),
        consequence=_("The startup is told by mail. A colleague records when the money came."),
        done=_("The startup is asked to pay it back."),
    )
    return perform(request, page, AskBackForm(**data(request)), partial(closing.ask_back, award))


@BOTH
def received(request: SignedIn, pk: int) -> HttpResponse:
    """Record that money asked back came in."""
    recovery = get_or_404(request.user, Recovery, "award__application__startup", pk=pk)
    page = page_of(
        recovery.award,
        heading=_("Money came back"),
        button=_("It is on the fund’s account"),
        facts=((_("Amount"), euros(recovery.amount)), (_("Asked by"), recovery.asked_by)),
        done=_("Recorded in the ledger."),
    )
    act = partial(closing.receive, recovery)
    return perform(request, page, forms.Form(**data(request)), act)


@BOTH
def report(request: SignedIn, pk: int) -> HttpResponse:
    """Accept the final report, which closes the project, or send it back."""
    award = _find(request, pk)
    found = getattr(award, "report", None)
    if found is None:
        raise Http404
    returning = _is(request, "return")
    page = page_of(
        award,
        heading=_("Send the final report back") if returning else _("Accept the final report"),
        button=_("Send it back") if returning else _("Accept it and close the project"),
        look="danger" if returning else "primary",
        facts=(
            (_("What came of the project"), found.words),
            (_("Goes back unused"), euros(changing.unused(award))),
        ),
        part="awards/report_documents.html",
        known={"report": found, "award": award},
        consequence="" if returning else _("The file is closed for good."),
        done=_("The report is sent back.") if returning else _("The project is closed."),
    )
    if returning:
        act = partial(closing.send_back, found)
        return perform(request, page, ReasonForm(**data(request)), act)
    return perform(request, page, forms.Form(**data(request)), partial(closing.close, award))
