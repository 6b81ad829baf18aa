"""An offer is asked about while it is open only; what comes signed is a scan."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from brustart.awards import attaching, banking, offering
from brustart.awards.models import Attachment, Award
from tests import factories
from tests.applications import bad_files
from tests.pages import logged_in

from .making import fresh, make_running, owner, paper, picture, reading

pytestmark = pytest.mark.django_db
IBAN = "BE71 0961 2345 6769"
ASKS = ("award_accept", "award_decline")


def url(name: str, award: Award) -> str:
    return reverse(name, args=[award.application_id])


def get(name: str, award: Award) -> Any:
    return logged_in(owner(award)).get(url(name, award), follow=True)


@pytest.mark.parametrize("name", ASKS)
def test_an_open_offer_is_asked_about_on_its_last_day(name: str) -> None:
    award = factories.make_award()
    Award.objects.filter(pk=award.pk).update(offer_until=timezone.localdate())
    page = get(name, award)
    assert page.redirect_chain == []
    assert "Not now" in page.content.decode()


@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize("how", ["accepted", "declined", "late"])
def test_an_offer_that_is_answered_or_late_is_asked_about_no_more(name: str, how: str) -> None:
    award, now = factories.make_award(), timezone.now()
    if how == "late":
        yesterday = timezone.localdate() - timedelta(days=1)
        Award.objects.filter(pk=award.pk).update(offer_until=yesterday)
    else:
        act = offering.accept if how == "accepted" else offering.decline
        act(award, actor=owner(award), now=now)
    page = get(name, award)
    assert page.redirect_chain == [(url("award", award), 302)]
    assert "no longer open" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("agreement.docx", bad_files.docx()),
        ("agreement.xlsx", bad_files.xlsx()),
        ("agreement.docx", bad_files.docx_with_macros()),
        ("agreement.txt", b"I agree."),
    ],
)
def test_a_signed_agreement_is_a_scan(name: str, content: bytes) -> None:
    award = factories.make_award()
    sent = {"agrees": "on", "upload": SimpleUploadedFile(name, content)}
    page = logged_in(owner(award)).post(url("award_accept", award), sent)
    words = page.content.decode()
    assert page.status_code == 409
    assert "PDF or a picture (JPEG or PNG). Choose one of these." in words
    assert "DOCX" not in words
    assert fresh(award).state == Award.State.OFFERED
    assert not Attachment.objects.exists()


def test_the_field_says_which_files_it_takes() -> None:
    page = get("award_accept", factories.make_award()).content.decode()
    assert "A PDF or a picture (JPEG or PNG) of at most 25 MB." in page
    assert 'accept=".pdf,.jpg,.jpeg,.png"' in page


def test_scans_are_kept_and_other_papers_may_be_office_files() -> None:
    award, now = factories.make_award(), timezone.now()
    office = SimpleUploadedFile("report.docx", bad_files.docx())
    with reading():
        kept = [
            attaching.keep(
                award.application, one, internal=True, actor=owner(award), now=now, scan=scan
            ).type
            for one, scan in ((paper(), True), (picture(), True), (office, False))
        ]
    assert kept == ["pdf", "png", "docx"]


def test_a_damaged_scan_is_refused_for_what_it_is() -> None:
    award = factories.make_award()
    torn = SimpleUploadedFile("signed.png", b"\x89PNG\r\n\x1a\n torn")
    sent = {"agrees": "on", "upload": torn}
    page = logged_in(owner(award)).post(url("award_accept", award), sent).content.decode()
    assert "This picture is damaged" in page


def test_an_account_that_waits_is_not_asked_for_again() -> None:
    award = make_running(iban="")
    words = get("award", award).content.decode()
    assert "Give the account" in words
    assert "None is confirmed yet" in words
    banking.give(award, iban=IBAN, holder="Zorgtijd", actor=owner(award), now=timezone.now())
    words = get("award", award).content.decode()
    assert "waits for a person of the fund to check it" in words
    assert "Nothing can be paid before that." in words
    assert "None is confirmed yet" not in words
    assert "Give the account" not in words
    assert "Give another account" in words
