"""Two people at one proposal, over HTTP."""

from decimal import Decimal

import pytest
from django.urls import reverse

from brustart.accounts.models import Role
from brustart.awards.models import Proposal
from tests import factories
from tests.pages import logged_in

from .making import fresh
from .test_proposing import revise

pytestmark = pytest.mark.django_db


def test_a_second_tab_does_not_overwrite_unseen_what_was_proposed_anew() -> None:
    """Refused with what stands now; whoever read that may propose again."""
    proposal = factories.make_proposal()
    page = logged_in(factories.make_user(Role.FUND_MANAGER))
    url = reverse("revise", args=[proposal.application_id])
    mine = {"amount": "70000", "instrument": "grant", "reasons": "What I typed."}

    opened = page.get(url).context["proposal"].sha256
    revise(proposal, amount=Decimal(80_000))
    late = page.post(url, mine | {"read_hash": opened})
    assert late.status_code == 409
    assert "€80,000" in late.content.decode()
    assert "What I typed." in late.content.decode()
    assert fresh(proposal).amount == 80_000

    read = Proposal.objects.get().sha256
    assert f'name="read_hash" value="{read}"' in late.content.decode()
    assert page.post(url, mine | {"read_hash": read}).status_code == 302
    assert fresh(proposal).amount == 70_000
