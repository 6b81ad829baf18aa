"""What ties people to files: said before these open, found by the portal, decided by the fund."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.accounts.models import Role, User
from brustart.awards import proposing
from brustart.core.models import AuditEntry, Mail
from scoring.review import assigning, conflicts, planning
from scoring.review.models import ConflictOfInterest, Declaration, Panelist, Review
from tests import factories, mirabelle

pytestmark = pytest.mark.django_db
Source = ConflictOfInterest.Source


def declare(file: Application, person: User, answer: str, word: str = "") -> None:
    conflicts.declare(file, reviewer=person, answer=answer, word=word, now=timezone.now())


def given(**changes: Any) -> Review:
    """A file given to a reviewer who has said nothing of it yet."""
    file = factories.make_screened(**changes)
    return assigning.assign(
        file,
        reviewer=factories.panel_of(file.call)[0],
        actor=factories.make_user(Role.FUND_MANAGER),
        now=timezone.now(),
    )


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def opens_to(person: User, file: Application) -> bool:
    return visible_to(person, Application).filter(pk=file.pk).exists()


# --- declared ----------------------------------------------------------------------------------
def test_a_file_opens_once_its_reader_has_spoken() -> None:
    review = given()
    file, person = review.application, review.reviewer
    client, room = logged_in(person), reverse("review", args=[file.pk])
    assert not opens_to(person, file)
    assert client.get(room)["Location"] == reverse("declarations")
    assert client.get(reverse("file", args=[file.pk])).status_code == 404
    assert list(conflicts.to_declare(person)) == [file]
    declare(file, person, "no")
    assert opens_to(person, file)
    assert client.get(room).status_code == 200
    assert not conflicts.to_declare(person).exists()


def test_a_yes_ends_the_reading_for_good() -> None:
    review = given()
    file, person = review.application, review.reviewer
    declare(file, person, "yes", "My sister works there.")
    review.refresh_from_db()
    assert review.state == Review.State.RECUSED
    assert not opens_to(person, file)
    for later in ("no", "unsure"):
        declare(file, person, later, "After all.")
        assert not opens_to(person, file)
    with pytest.raises(conflicts.Decided):
        conflicts.decide(
            file.conflicts.get(), lifted=True, reason="A distant one.",
            actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
        )  # fmt: skip


def test_a_doubt_waits_for_the_fund() -> None:
    review = given()
    file, person = review.application, review.reviewer
    manager = factories.make_user(Role.FUND_MANAGER)
    declare(file, person, "unsure", "We met at a fair.")
    assert not opens_to(person, file)
    conflict = file.conflicts.get()
    assert conflicts.said(conflict) == "We met at a fair."
    with pytest.raises(conflicts.NotDeclared):
        conflicts.decide(conflict, lifted=True, reason=" ", actor=manager, now=timezone.now())
    conflicts.decide(conflict, lifted=True, reason="A fair.", actor=manager, now=timezone.now())
    assert opens_to(person, file)
    review.refresh_from_db()
    assert review.state == Review.State.ASSIGNED
    with pytest.raises(conflicts.Decided):
        conflicts.decide(conflict, lifted=False, reason="No.", actor=manager, now=timezone.now())
    assert AuditEntry.objects.filter(act="conflict.decided").count() == 1


def test_a_doubt_that_is_one_ends_the_reading() -> None:
    review = given()
    file, person = review.application, review.reviewer
    declare(file, person, "unsure", "I sold them a machine.")
    conflicts.decide(
        file.conflicts.get(), lifted=False, reason="A sale last year.",
        actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
    )  # fmt: skip
    review.refresh_from_db()
    assert (review.state, opens_to(person, file)) == (Review.State.RECUSED, False)


def test_a_word_is_needed_beside_a_yes_and_a_doubt() -> None:
    review = given()
    for answer in ("yes", "unsure"):
        with pytest.raises(conflicts.NotDeclared):
            declare(review.application, review.reviewer, answer, "  ")
    with pytest.raises(conflicts.NotDeclared):
        declare(review.application, review.reviewer, "perhaps")
    assert not Declaration.objects.exists()


def test_what_was_declared_stays() -> None:
    review = given()
    declare(review.application, review.reviewer, "no")
    for act in (lambda rows: rows.update(answer="yes"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(Declaration.objects.all())


def test_one_page_for_all_files_keeps_what_is_answered() -> None:
    call = factories.make_call(panel_size=1)
    reviews = [given(call=call) for _file in range(3)]
    one, two, three = (review.application for review in reviews)
    client, url = logged_in(reviews[0].reviewer), reverse("declarations")
    page = client.get(url).content.decode()
    assert page.count("Ada Lemmens") == 3
    assert one.title in page
    assert "€" not in page.split("<main")[1].split("</main")[0]  # the summary alone
    answer = client.post(
        url, {f"{one.pk}-answer": "no", f"{two.pk}-answer": "yes", f"{two.pk}-word": ""}
    )
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Say in a few words what the tie is." in words
    assert one.reference not in words
    assert set(Declaration.objects.values_list("application", "answer")) == {(one.pk, "no")}
    answer = client.post(
        url,
        {
            f"{two.pk}-answer": "yes", f"{two.pk}-word": "A cousin.",
            f"{three.pk}-answer": "unsure", f"{three.pk}-word": "Perhaps.",
        },
    )  # fmt: skip
    assert answer["Location"] == reverse("reviewing")
    assert ConflictOfInterest.objects.blocking().count() == 2
    assert client.get(url).status_code == 200


def test_who_approves_speaks_first_too() -> None:
    file = factories.make_reviewed()
    proposal = factories.make_proposal(file)
    late = factories.seat(file.call)
    client = logged_in(late)
    assert client.get(reverse("decide", args=[file.pk]))["Location"] == reverse("declarations")
    assert list(conflicts.to_declare(late)) == [file]
    declare(file, late, "no")
    assert client.get(reverse("decide", args=[file.pk])).status_code == 200
    assert proposal.application_id == file.pk


# --- found -------------------------------------------------------------------------------------
def look(file: Application) -> list[str]:
    """The kinds of ties found between the file and the first of its panel."""
    conflicts.look(file.call, now=timezone.now())
    rows = ConflictOfInterest.objects.filter(reviewer=factories.panel_of(file.call)[0])
    return [kind for row in rows for kind, _what in row.found]


def test_nothing_is_found_between_strangers() -> None:
    assert look(factories.make_screened()) == []


def test_the_same_enterprise_is_found() -> None:
    file = factories.make_screened()
    Panelist.objects.filter(call=file.call).update(enterprises=[file.enterprise_number])
    assert look(file) == ["number"]


def test_an_enterprise_among_the_shareholders_is_found() -> None:
    number = mirabelle.enterprise_number()
    owners = [
        {"name": "Fonds Nord", "kind": "enterprise", "enterprise_number": number, "share": 60,
         "control": "no"},
        {"name": "Ada Lemmens", "kind": "person", "share": 40, "control": "no"},
    ]  # fmt: skip
    file = factories.make_screened()
    content = file.handed_in.content
    content["sections"]["ownership"]["owners"] = owners
    with transaction.atomic():
        Application.objects.filter(pk=file.pk).update(submission=None)
        file.submission = type(file.handed_in).objects.create(
            application=file, version=2, content=content, sha256="0" * 64, receipt="R-2",
            at=timezone.now(), by=file.author,
        )  # fmt: skip
        file.save()
    Panelist.objects.filter(call=file.call).update(enterprises=[number])
    assert look(file) == ["number"]


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("someone@mirabelle.example", ["domain"]),
        ("someone@MIRABELLE.example", ["domain"]),
        ("someone@gmail.com", []),
        ("someone@skynet.be", []),
        ("someone@mirabelle.example.org", []),
    ],
)
def test_the_domain_of_an_address_is_compared_but_for_free_ones(
    email: str, found: list[str]
) -> None:
    domain = email.rpartition("@")[2] if not found else "mirabelle.example"
    file = factories.make_screened(author=factories.make_user(email=f"ada@{domain.lower()}"))
    if email.endswith(".org"):
        User.objects.filter(pk=file.author_id).update(email="ada@mirabelle.example")
    User.objects.filter(pk=factories.panel_of(file.call)[0].pk).update(email=email)
    assert look(file) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Ada Lemmens", ["owner"]),
        ("LEMMENS, Áda", ["owner"]),
        ("Ada Marie Lemmens", []),
        ("Lemmens", []),
        ("Jef Peeters", ["owner"]),
    ],
)
def test_names_are_compared_however_they_are_written(name: str, found: list[str]) -> None:
    file = factories.make_screened()
    User.objects.filter(pk=factories.panel_of(file.call)[0].pk).update(name=name)
    assert [kind for kind in look(file) if kind == "owner"] == found


def test_what_is_found_blocks_until_it_is_decided_and_again_with_a_new_tie() -> None:
    review = given()
    file, person = review.application, review.reviewer
    declare(file, person, "no")
    seat = Panelist.objects.get(call=file.call, reviewer=person)
    seat.enterprises = [file.enterprise_number]
    seat.save()
    assert look(file) == ["number"]
    assert not opens_to(person, file)
    assert logged_in(person).get(reverse("review", args=[file.pk])).status_code == 404
    conflict = file.conflicts.get()
    assert list(ConflictOfInterest.objects.undecided()) == [conflict]
    conflicts.decide(
        conflict, lifted=True, reason="Sold in 2019.",
        actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
    )  # fmt: skip
    assert opens_to(person, file)
    assert conflicts.look(file.call, now=timezone.now()) == 0  # known, and lifted
    User.objects.filter(pk=person.pk).update(name="Ada Lemmens")
    assert conflicts.look(file.call, now=timezone.now()) == 1
    assert not opens_to(person, file)


def test_who_was_found_free_can_still_step_back() -> None:
    review = given()
    file, person = review.application, review.reviewer
    declare(file, person, "unsure", "We met at a fair.")
    conflicts.decide(
        file.conflicts.get(), lifted=True, reason="A fair.",
        actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
    )  # fmt: skip
    url = reverse("conflict", args=[file.pk])
    logged_in(person).post(url, {"reason": "They offered me a seat since."})
    assert not opens_to(person, file)
    assert file.conflicts.get().source == Source.DECLARED


def test_a_tied_reviewer_is_neither_planned_nor_given() -> None:
    file = factories.make_screened()
    tied = factories.panel_of(file.call)[0]
    Panelist.objects.filter(reviewer=tied).update(enterprises=[file.enterprise_number])
    manager = factories.make_user(Role.FUND_MANAGER)
    with pytest.raises(assigning.NotThisReviewer, match="conflict of interest"):
        assigning.assign(file, reviewer=tied, actor=manager, now=timezone.now())
    assert ConflictOfInterest.objects.undecided().get().reviewer == tied  # for the fund to decide
    made = planning.plan(file.call, wanted=2, actor=manager, now=timezone.now())
    assert tied.pk not in made.readings.values_list("reviewer", flat=True)
    assert not Mail.objects.filter(recipient=tied).exists()


def test_looking_asks_the_same_number_of_questions_for_more_files(
    django_assert_num_queries: Any,
) -> None:
    call = factories.make_call(panel_size=2)
    factories.make_screened(call)
    with django_assert_num_queries(3):
        conflicts.look(call, now=timezone.now())
    for _file in range(3):
        factories.make_screened(call)
    with django_assert_num_queries(3):
        conflicts.look(call, now=timezone.now())


# --- the fund's pages --------------------------------------------------------------------------
def test_a_fund_manager_decides_on_the_page() -> None:
    review = given()
    declare(review.application, review.reviewer, "unsure", "We met at a fair.")
    conflict = review.application.conflicts.get()
    client = logged_in(factories.make_user(Role.FUND_MANAGER))
    ties = reverse("ties", args=[review.application.call.code])
    assert "We met at a fair." in client.get(ties).content.decode()
    url = reverse("tie", args=[conflict.pk])
    assert client.post(url, {"lifted": "no"}).status_code == 200
    assert client.post(url, {"lifted": "no", "reason": "A fair."})["Location"] == ties
    conflict.refresh_from_db()
    assert conflict.lifted is True
    assert client.get(url).status_code == 404
    auditor = logged_in(factories.make_user(Role.AUDITOR))
    assert "A fair." in auditor.get(ties).content.decode()
    assert auditor.get(url).status_code == 403


def test_who_has_not_spoken_reads_no_reasons_in_a_mail() -> None:
    file = factories.make_reviewed()
    spoken, late = factories.panel_of(file.call)[0], factories.seat(file.call)
    proposing.propose(
        file, amount=Decimal(50_000), instrument="grant", reasons="It is new to the market.",
        actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
    )  # fmt: skip
    letters = {one.recipient: one.body for one in Mail.objects.filter(template="proposed")}
    assert "new to the market" in letters[spoken]
    assert "new to the market" not in letters[late]
    assert "say whether anything ties you" in letters[late]
