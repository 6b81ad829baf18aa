"""The one page of an act: a refusal stands beside the field it is about, and above the form."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from brustart.awards import changing
from brustart.awards.models import Award, Batch
from brustart.awards.views.acting import add_refusal
from brustart.core.errors import Refused
from tests import factories

from .making import make_ordered, make_running, manager, owner, picture, tranche
from .test_views import logged_in

pytestmark = pytest.mark.django_db


def url(name: str, award: Award) -> str:
    return reverse(name, args=[award.application_id])


def stands_at(response: Any, name: str, words: str) -> None:
    """The field is marked as wrong and says why, and the summary leads to it."""
    page = response.content.decode()
    tag = re.search(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*>', page)
    assert tag, name
    anchor = re.search(r' id="([^"]+)"', tag[0])
    described = re.search(r' aria-describedby="([^"]+)"', tag[0])
    assert anchor and described  # noqa: PT018
    assert ' aria-invalid="true"' in tag[0]
    assert f"{anchor[1]}_error" in described[1].split()
    beside = page.partition(f'<div id="{anchor[1]}_error"')[2].partition("</div>")[0]
    assert words in beside
    summary = page.partition('class="error-summary"')[2].partition("</div>")[0]
    line = next(one for one in summary.split("<li>") if words in one)
    assert f'<a href="#{anchor[1]}">' in line


def test_a_wrong_iban_is_said_at_its_field_and_what_was_typed_stays() -> None:
    award = make_running(iban="")
    sent = {"iban": "BE00 1", "holder": "Zorgtijd"}
    page = logged_in(owner(award)).post(url("award_account", award), sent)
    assert page.status_code == 409
    stands_at(page, "iban", "check digits")
    assert 'value="BE00 1"' in page.content.decode()
    assert 'id="id_holder_error"' not in page.content.decode()


def test_a_name_that_no_payment_can_carry_is_said_at_its_field() -> None:
    award = make_running(iban="")
    sent = {"iban": "BE71 0961 2345 6769", "holder": "&&"}
    page = logged_in(owner(award)).post(url("award_account", award), sent)
    stands_at(page, "holder", "letters A to Z")
    assert not award.bank_accounts.exists()


@pytest.mark.parametrize("act", ["accept", "claim", "report"])
def test_a_document_that_is_refused_is_said_at_the_field_for_documents(act: str) -> None:
    award = factories.make_award() if act == "accept" else make_running()
    broken = SimpleUploadedFile("broken.pdf", b"nothing")
    address, sent = {
        "accept": (url("award_accept", award), {"agrees": "on", "upload": broken}),
        "claim": (
            reverse("claim_tranche", args=[tranche(award).pk]),
            {"words": "Done.", "uploads": [broken]},
        ),
        "report": (url("award_report", award), {"words": "Done.", "uploads": [broken]}),
    }[act]
    page = logged_in(owner(award)).post(address, sent)
    assert page.status_code == 409
    if act == "accept":
        stands_at(page, "upload", "A signed paper comes as")
    else:
        stands_at(page, "uploads", "this type of file")


def test_a_day_of_execution_that_has_passed_is_said_at_its_field() -> None:
    ordered, yesterday = make_ordered(), timezone.localdate() - timedelta(days=1)
    sent = {"claims": [ordered.pk], "execute_on": yesterday.isoformat()}
    page = logged_in(manager()).post(reverse("payments"), sent)
    assert page.status_code == 409
    stands_at(page, "execute_on", "has passed")
    assert not Batch.objects.exists()


@pytest.mark.parametrize("name", ["award_reduce", "award_ask_back"])
def test_more_than_there_is_is_said_at_the_amount(name: str) -> None:
    award = make_running(amount=100_000)
    sent = {"amount": "200000", "reason": "Why.", "due_on": timezone.localdate().isoformat()}
    page = logged_in(manager()).post(url(name, award), sent)
    assert page.status_code == 409
    stands_at(page, "amount", "€0" if name == "award_ask_back" else "€100,000")


def test_a_refusal_about_no_field_stands_above_the_form() -> None:
    award = make_running()
    changing.suspend(award, reason="An audit.", actor=manager(), now=timezone.now())
    sent = {"words": "Done.", "uploads": [picture()]}
    address = reverse("claim_tranche", args=[tranche(award).pk])
    page = logged_in(owner(award)).post(address, sent)
    said = page.content.decode()
    assert page.status_code == 409
    assert "<li>Payments of this award are suspended." in said
    assert "field-wrong" not in said
    assert ">Done.</textarea>" in said.replace("\n", "")


@pytest.mark.parametrize("field", ["", "amount"])
def test_a_field_that_the_form_does_not_have_is_none(field: str) -> None:
    class Asked(forms.Form):
        reason = forms.CharField()

    form = Asked({"reason": "Why not?"})
    add_refusal(form, Refused("Not now.", field=field))
    assert form.non_field_errors() == ["Not now."]
    assert form.cleaned_data == {"reason": "Why not?"}
