"""The pages of an award: who sees them, what each lets people do, and what they cost."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from brustart.accounts.models import Role, User
from brustart.awards import banking, claiming, deciding, offering, paying, promoting
from brustart.awards.models import Award, BankAccount, Batch, Claim, Promotion, Report
from tests import factories
from tests.awards.test_views import logged_in

pytestmark = pytest.mark.django_db
IBAN = "BE71 0961 2345 6769"


def png() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(picture, "PNG")
    return picture.getvalue()


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("proof.png", png())


def owner_of(award: Award) -> User:
    author = award.application.author
    assert author
    return author


def url(name: str, award: Award) -> str:
    return reverse(name, args=[award.application_id])


@pytest.fixture
def award() -> Award:
    return factories.make_award()


@pytest.fixture
def running(award: Award) -> Award:
    return offering.accept(award, actor=owner_of(award), now=timezone.now())


@pytest.fixture
def managers() -> list[User]:
    return [factories.make_user(Role.FUND_MANAGER) for _one in range(2)]


def ready(award: Award, manager: User) -> None:
    """The startup's account is given and confirmed."""
    now = timezone.now()
    banking.give(award, iban=IBAN, holder="Zorgtijd", actor=owner_of(award), now=now)
    account = banking.waiting(award)
    assert account
    banking.confirm(account, how="By telephone.", actor=manager, now=now)


def claimed(award: Award) -> Claim:
    tranche = award.tranches.first()
    assert tranche
    return claiming.claim(
        tranche, words="It works.", uploads=[proof()], actor=owner_of(award), now=timezone.now()
    )


# --- the startup --------------------------------------------------------------------------------
def test_an_owner_accepts_and_the_page_says_what_comes_next(award: Award) -> None:
    client = logged_in(owner_of(award))
    page = client.get(url("award", award)).content.decode()
    assert url("award_accept", award) in page
    assert url("award_decline", award) in page
    unticked = client.post(url("award_accept", award), {})
    assert unticked.status_code == 200
    assert "Tick the box" in unticked.content.decode()
    done = client.post(url("award_accept", award), {"agrees": "on"}, follow=True)
    assert "The agreement is accepted" in done.content.decode()
    award.refresh_from_db()
    assert (award.state, award.accepted_by) == (Award.State.RUNNING, owner_of(award))
    assert url("award_accept", award) not in done.content.decode()


def test_an_agreement_signed_on_paper_is_kept(award: Award) -> None:
    client = logged_in(owner_of(award))
    wrong = client.post(
        url("award_accept", award),
        {"agrees": "on", "upload": SimpleUploadedFile("signed.pdf", b"not a document")},
    )
    assert wrong.status_code == 409
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED
    client.post(url("award_accept", award), {"agrees": "on", "upload": proof()})
    award.refresh_from_db()
    assert award.agreement
    document = client.get(reverse("attachment", args=[award.agreement_id]))
    assert b"".join(document.streaming_content) == png()  # type: ignore[attr-defined]


def test_a_declined_award_gives_its_money_back(award: Award) -> None:
    client = logged_in(owner_of(award))
    client.post(url("award_decline", award), {"reason": "We found another partner."})
    award.refresh_from_db()
    award.account.refresh_from_db()
    assert award.state == Award.State.DECLINED
    assert award.account.committed == 0
    assert "Declined" in client.get(url("award", award)).content.decode()


def test_an_account_a_claim_and_a_report_go_through_their_pages(running: Award) -> None:
    client = logged_in(owner_of(running))
    wrong = client.post(url("award_account", running), {"iban": "BE00 1", "holder": "Zorgtijd"})
    assert wrong.status_code == 409
    assert "check digits" in wrong.content.decode()
    client.post(url("award_account", running), {"iban": IBAN, "holder": "Zorgtijd"})
    assert BankAccount.objects.get().iban == "BE71096123456769"

    tranche = running.tranches.first()
    assert tranche
    claim_url = reverse("claim_tranche", args=[tranche.pk])
    bare = client.post(claim_url, {"words": "It works."})
    assert bare.status_code == 200
    assert not Claim.objects.exists()
    client.post(claim_url, {"words": "It works.", "uploads": [proof(), proof()]})
    claim = Claim.objects.get()
    assert claim.evidence.count() == 2
    again = client.post(claim_url, {"words": "Once more.", "uploads": [proof()]})
    assert again.status_code == 409

    client.post(url("award_report", running), {"words": "It ended well.", "uploads": [proof()]})
    assert Report.objects.get().documents.count() == 1


def test_a_colleague_who_only_reads_can_answer_nothing(award: Award) -> None:
    reader = factories.make_user()
    award.application.startup.memberships.create(user=reader, part="reader")
    client = logged_in(reader)
    page = client.get(url("award", award))
    assert page.status_code == 200
    assert url("award_accept", award) not in page.content.decode()
    refused = client.post(url("award_accept", award), {"agrees": "on"})
    assert refused.status_code == 409
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED


# --- who sees what ------------------------------------------------------------------------------
def test_reviewers_and_other_startups_do_not_know_the_award(running: Award) -> None:
    claim = claimed(running)
    evidence = claim.evidence.get()
    outsider = factories.make_user()
    voter = running.proposal.votes.first()
    assert voter
    for person in (outsider, voter.reviewer):
        client = logged_in(person)
        assert client.get(url("award", running)).status_code in {403, 404}
        assert client.get(reverse("attachment", args=[evidence.pk])).status_code == 404
    assert (
        logged_in(factories.make_user(Role.AUDITOR)).get(url("award", running)).status_code == 200
    )


# --- the fund -----------------------------------------------------------------------------------
def test_two_managers_take_a_claim_to_a_payment_that_the_second_confirms(
    running: Award, managers: list[User]
) -> None:
    first, second = map(logged_in, managers)
    ready(running, managers[0])
    claim = claimed(running)
    page = reverse("claim", args=[claim.pk])
    assert "proof.png" in first.get(page).content.decode()
    first.post(page, {})
    own = first.post(page, {"act": "order"})
    assert own.status_code == 409
    assert "a colleague orders" in own.content.decode()
    assert second.post(page, {}).status_code == 409  # pressed before the claim was verified
    assert second.post(f"{page}?act=return", {"reason": "No."}).status_code == 409
    claim.refresh_from_db()
    assert claim.state == Claim.State.VERIFIED
    assert 'name="act" value="order"' in second.get(page).content.decode()
    second.post(page, {"act": "order"})
    claim.refresh_from_db()
    assert claim.state == Claim.State.ORDERED

    payments = reverse("payments")
    assert f'value="{claim.pk}"' in second.get(payments).content.decode()
    none = second.post(payments, {"execute_on": timezone.localdate().isoformat()})
    assert none.status_code == 409
    second.post(payments, {"claims": [claim.pk], "execute_on": timezone.localdate().isoformat()})
    batch = Batch.objects.get()
    xml = second.get(reverse("batch_file", args=[batch.pk]))
    assert xml.content.decode() == batch.xml
    assert b"BE71096123456769" in xml.content
    answer = reverse("answer_batch", args=[batch.pk])
    assert second.post(answer, {"act": "confirm"}).status_code == 409
    first.post(answer, {"act": "confirm"})
    claim.refresh_from_db()
    running.account.refresh_from_db()
    assert claim.state == Claim.State.PAID
    assert running.account.paid == claim.amount


def test_a_claim_is_sent_back_with_what_is_missing(running: Award, managers: list[User]) -> None:
    claim = claimed(running)
    client = logged_in(managers[0])
    page = reverse("claim", args=[claim.pk]) + "?act=return"
    assert client.post(page, {"reason": ""}).status_code == 200
    client.post(page, {"reason": "The invoices are missing."})
    claim.refresh_from_db()
    assert claim.state == Claim.State.RETURNED
    words = logged_in(owner_of(running)).get(url("award", running)).content.decode()
    assert "The invoices are missing." in words
    assert reverse("claim_tranche", args=[claim.tranche_id]) in words


def test_a_verified_claim_is_sent_back_from_the_page_that_orders(
    running: Award, managers: list[User]
) -> None:
    claim = claimed(running)
    claiming.verify(claim, actor=managers[0], now=timezone.now())
    client, page = logged_in(managers[0]), reverse("claim", args=[claim.pk])
    assert "?act=undo" in client.get(page).content.decode()
    asked = client.get(page + "?act=undo").content.decode()
    assert "no longer liquidated" in asked
    assert "Order the payment" not in asked
    assert client.post(page + "?act=return", {"reason": "Late."}).status_code == 409
    client.post(page + "?act=undo", {"reason": "Of another project."})
    claim.refresh_from_db()
    assert (claim.state, claim.returned_because) == ("returned", "Of another project.")


def test_conditions_of_the_award_are_ticked_before_a_claim_is_verified(
    running: Award, managers: list[User]
) -> None:
    running.proposal.conditions = "A signed contract with a hospital."
    running.proposal.save()
    claim = claimed(running)
    client = logged_in(managers[0])
    page = reverse("claim", args=[claim.pk])
    assert "A signed contract with a hospital." in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 200
    claim.refresh_from_db()
    assert claim.state == Claim.State.MADE
    client.post(page, {"conditions_met": "on"})
    claim.refresh_from_db()
    assert claim.state == Claim.State.VERIFIED


@pytest.mark.parametrize(
    ("name", "data", "state", "committed"),
    [
        (("award_change", "suspend"), {"reason": "The partner left."}, "suspended", 100_000),
        (("award_reduce", ""), {"amount": "20,000", "reason": "Cheaper."}, "running", 80_000),
        (("award_change", "end"), {"reason": "The startup stops."}, "ended", 0),
    ],
)
def test_a_manager_changes_an_award_with_its_reason(
    running: Award,
    managers: list[User],
    name: tuple[str, str],
    data: dict[str, str],
    state: str,
    committed: int,
) -> None:
    route, kind = name
    page = reverse(route, args=[running.application_id, *([kind] if kind else [])])
    client = logged_in(managers[0])
    assert client.post(page, {**data, "reason": ""}).status_code == 200
    assert client.post(page, data).status_code == 302
    running.refresh_from_db()
    running.account.refresh_from_db()
    assert (running.state, running.account.committed) == (state, committed)
    words = logged_in(owner_of(running)).get(url("award", running)).content.decode()
    assert data["reason"] in words


def test_milestones_change_as_a_table(running: Award, managers: list[User]) -> None:
    client = logged_in(managers[0])
    page = url("award_replan", running)
    assert client.get(page).status_code == 200
    data: dict[str, Any] = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "3", "reason": "Later."}
    for row, (words, amount) in enumerate((("Start", "40,000"), ("End", "50,000"), ("", ""))):
        data |= {f"form-{row}-milestone": words, f"form-{row}-amount": amount}
    short = client.post(page, data)
    assert short.status_code == 409
    assert "€90,000" in short.content.decode()
    client.post(page, {**data, "form-1-amount": "60,000"})
    rows = [(one.milestone, one.amount) for one in running.tranches.all()]
    assert rows == [("Start", Decimal(40_000)), ("End", Decimal(60_000))]


def test_the_final_report_is_accepted_and_the_file_closes(
    running: Award, managers: list[User]
) -> None:
    starter, client = logged_in(owner_of(running)), logged_in(managers[0])
    starter.post(url("award_report", running), {"words": "It ended.", "uploads": [proof()]})
    page = url("award_report_answer", running)
    client.post(page + "?act=return", {"reason": "The accounts are missing."})
    assert "The accounts are missing." in starter.get(url("award", running)).content.decode()
    starter.post(url("award_report", running), {"words": "With them.", "uploads": [proof()]})
    client.post(page, {})
    running.refresh_from_db()
    assert running.state == Award.State.CLOSED
    assert running.application.__class__.objects.get().state == "closed"


# --- the waiting list ---------------------------------------------------------------------------
def test_the_next_that_fits_is_put_forward_and_passed_over(managers: list[User]) -> None:
    now = timezone.now()
    call = factories.make_call()
    award = factories.make_award(factories.make_reviewed(call=call))
    files = [factories.make_reviewed(call=call) for _one in range(2)]
    for file in files:
        deciding.keep_waiting(file, actor=managers[0], now=now)
    offering.decline(award, actor=owner_of(award), now=now)
    promoting.offer_next(call.envelope_id, why="test", now=now)
    client = logged_in(managers[0])
    page = reverse("waiting_list", args=[call.envelope.code])
    words = client.get(page).content.decode()
    for file in files:
        assert reverse("propose", args=[file.pk]) in words
    first = Promotion.objects.earliest("pk")
    client.post(reverse("pass_over", args=[first.pk]), {"reason": "They asked to wait."})
    first.refresh_from_db()
    assert first.state == Promotion.State.PASSED


# --- rejecting several --------------------------------------------------------------------------
def test_several_files_are_shown_whole_before_they_are_rejected(managers: list[User]) -> None:
    call = factories.make_call()
    files = [factories.make_reviewed(call=call) for _one in range(3)]
    page = reverse("reject_many", args=[call.code])
    client = logged_in(managers[0])
    assert client.get(page).status_code == 200
    data: dict[str, Any] = {"files": [one.pk for one in files[:2]]}
    data |= {f"{one.pk}-grounds": f"Not new enough, {one.pk}." for one in files[:2]}
    shown = client.post(page, {**data, "act": "show"}).content.decode()
    assert f"Not new enough, {files[1].pk}." in shown
    assert f"{files[2].pk}-grounds" not in shown
    assert not any(one.__class__.objects.get(pk=one.pk).state == "rejected" for one in files)
    bare = client.post(page, {**data, f"{files[0].pk}-grounds": " ", "act": "decide"})
    assert "Some grounds are missing" in bare.content.decode()
    assert client.post(page, {**data, "act": "decide"}).status_code == 302
    states = [one.__class__.objects.get(pk=one.pk).state for one in files]
    assert states == ["rejected", "rejected", "reviewed"]


# --- what pages cost ----------------------------------------------------------------------------
def queries_of(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page).status_code == 200
    return len(seen)


def test_the_payments_desk_costs_the_same_for_one_and_for_many(managers: list[User]) -> None:
    client, page = logged_in(managers[1]), reverse("payments")
    call = factories.make_call()

    def one_more() -> None:
        award = factories.make_award(factories.make_reviewed(call=call), amount=30_000)
        offering.accept(award, actor=owner_of(award), now=timezone.now())
        ready(award, managers[0])
        claim = claimed(award)
        claiming.verify(claim, actor=managers[0], now=timezone.now())
        claimed_again = award.tranches.all()[1]
        claiming.claim(
            claimed_again, words="Half.", uploads=[proof()], actor=owner_of(award),
            now=timezone.now(),
        )  # fmt: skip
        claiming.order(claim, actor=managers[1], now=timezone.now())
        banking.give(
            award, iban=IBAN, holder="Other", actor=owner_of(award),
            now=timezone.now() + timedelta(minutes=1),
        )  # fmt: skip

    one_more()
    alone = queries_of(client, page)
    for _one in range(4):
        one_more()
    assert queries_of(client, page) == alone
    paying.make(
        [one.pk for one in paying.to_pay()], execute_on=timezone.localdate(),
        actor=managers[1], now=timezone.now(),
    )  # fmt: skip
    assert queries_of(client, reverse("batch", args=[Batch.objects.get().pk])) <= 12
