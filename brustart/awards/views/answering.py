"""What the startup does with its award: accept, decline, give an account, claim, report."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application
from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.money import euros

from .. import banking, claiming, closing, offering
from ..forms.after import AcceptForm, AccountForm, ClaimForm, DeclineForm, ReportForm
from ..models import Award, Tranche
from .acting import ActPage, data, perform

BOTH = require_http_methods(["GET", "HEAD", "POST"])


def find(request: SignedIn, pk: int) -> Award:
    """The award of the file, if this person may act on it for the startup, or reads it."""
    award = get_or_404(request.user, Award, "application__startup", "proposal", application=pk)
    theirs = award.application.startup.members.filter(pk=request.user.pk).exists()
    if not theirs and not (award.application.on_paper and request.user.is_fund_manager):
        raise Http404
    return award


def _page(award: Award, **words: Any) -> ActPage:
    application: Application = award.application
    return ActPage(
        back=(reverse("award", args=[application.pk]), _("Award")),
        caption=f"{application.reference} · {application.startup}",
        **words,
    )


def _is_past(request: SignedIn, award: Award) -> bool:
    """Whether a page that only asks comes too late. What is sent is judged by the act itself."""
    holds = award.state == Award.State.OFFERED and award.offer_until >= timezone.localdate()
    return request.method != "POST" and not holds


def _to_award(request: SignedIn, award: Award) -> HttpResponse:
    """To the award's page, which says how the offer was answered."""
    messages.info(request, _("This offer is no longer open, so there is nothing to answer."))
    return redirect("award", pk=award.application_id)


@BOTH
def accept(request: SignedIn, pk: int) -> HttpResponse:
    """The agreement, and the box that accepts it."""
    award = find(request, pk)
    if _is_past(request, award):
        return _to_award(request, award)
    page = _page(
        award,
        heading=_("Accept the agreement"),
        button=_("Accept the agreement"),
        facts=(
            (_("Award"), euros(award.amount)),
            (_("Instrument"), award.get_instrument_display()),
        ),
        part="awards/agreement.html",
        known={"award": award, "application": award.application, **_papers(award)},
        consequence=_("With it the award is in force, and you can claim the first tranche."),
        done=_(
            "The agreement is accepted. Give the account to pay to, then claim the first tranche."
        ),
    )
    form = AcceptForm(**data(request))

    def act(agrees: bool, upload: Any, **how: Any) -> None:
        offering.accept(award, upload=upload, **how)

    return perform(request, page, form, act)


def _papers(award: Award) -> dict[str, Any]:
    return {"letters": award.application.letters.order_by("name", "courtesy")}


@BOTH
def decline(request: SignedIn, pk: int) -> HttpResponse:
    award = find(request, pk)
    if _is_past(request, award):
        return _to_award(request, award)
    page = _page(
        award,
        heading=_("Decline the award"),
        button=_("Decline the award"),
        look="danger",
        consequence=_(
            "The whole award goes back to the fund at once, for another project. This cannot be "
            "undone."
        ),
        done=_("The award is declined. Thank you for telling the fund."),
    )
    return perform(request, page, DeclineForm(**data(request)), partial(offering.decline, award))


@BOTH
def account(request: SignedIn, pk: int) -> HttpResponse:
    """Give the account to pay to, or another one."""
    award = find(request, pk)
    now_paid_to = banking.confirmed(award)
    page = _page(
        award,
        heading=_("Account to pay to"),
        button=_("Give this account"),
        facts=((_("Now paid to"), banking.readable(now_paid_to.iban)),) if now_paid_to else (),
        consequence=_(
            "A person of the fund checks it with you before anything is paid to it. Until then "
            "payments go to the account before."
        )
        if now_paid_to
        else _("A person of the fund checks it with you before anything is paid to it."),
        done=_("The account is kept. A person of the fund checks it before anything is paid."),
    )
    return perform(request, page, AccountForm(**data(request)), partial(banking.give, award))


@BOTH
def claim(request: SignedIn, pk: int) -> HttpResponse:
    """Claim one tranche, with what shows that its milestone is reached."""
    parts = ("award__application__startup", "award__proposal")
    tranche = get_or_404(request.user, Tranche, *parts, pk=pk)
    award = find(request, tranche.award.application_id)
    page = _page(
        award,
        heading=_("Claim a tranche"),
        button=_("Claim %(amount)s") % {"amount": euros(tranche.amount)},
        facts=((_("Milestone"), tranche.milestone), (_("Amount"), euros(tranche.amount))),
        consequence=_("One person of the fund checks it, and another orders the payment."),
        done=_("Your claim is with the fund."),
    )
    return perform(request, page, ClaimForm(**data(request)), partial(claiming.claim, tranche))


@BOTH
def report(request: SignedIn, pk: int) -> HttpResponse:
    """Hand in the final report."""
    award = find(request, pk)
    page = _page(
        award,
        heading=_("Final report"),
        button=_("Hand in the final report"),
        consequence=_(
            "Once the fund accepts it, the project is closed and what is left unused goes back."
        ),
        done=_("The final report is with the fund."),
    )
    return perform(request, page, ReportForm(**data(request)), partial(closing.report, award))
