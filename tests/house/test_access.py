"""One registry says who sees what: every model is in it, and its two halves agree."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from applications import lifecycle, requesting
from applications.models import (
    Application,
    Document,
    Extension,
    Extraction,
    FileMessage,
    FormVersion,
    InformationRequest,
    Invitation,
    Membership,
    Paper,
    Part,
    Section,
    Submission,
    TimelineEntry,
)
from brustart.accounts.access import POLICIES, Reader, sees, visible_to
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.core.models import Worker
from scoring.review import assigning, conflicts, discussing, joining, rubrics
from scoring.review.models import Round
from tests.factories import (
    approve,
    make_assigned,
    make_award,
    make_call,
    make_empty_draft,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
    panel_of,
    seat,
)

ROOTS = ("brustart", "applications", "scoring")


def ours() -> Iterator[type[Model]]:
    for config in apps.get_app_configs():
        if config.name.partition(".")[0] in ROOTS:
            yield from config.get_models()


def test_every_model_has_a_policy() -> None:
    models = list(ours())
    assert len(models) > 45
    assert [model.__name__ for model in models if model not in POLICIES] == []


MANY = 40  # rows of one table


@pytest.fixture
def populated() -> list[Reader]:
    """Rows of every kind, and readers of every role and relation to them."""
    call = make_call(panel_size=4)
    now = timezone.now()
    make_empty_draft(call)
    submitted = make_submitted(call)
    guests_own = lifecycle.begin(call=call, author=None, language="fr", now=now)
    around(submitted, now=now)
    asked_of(make_screened(call), now=now)
    on_paper = {"paper_received_on": timezone.localdate(now)}
    manager = make_user(Role.FUND_MANAGER)
    lifecycle.begin(call=call, author=manager, language="fr", now=now, **on_paper)
    make_assigned(make_screened(call), reviewers=2)
    rejected = make_reviewed(make_screened(call))
    deciding.reject(rejected, grounds="Too early.", actor=make_user(Role.FUND_MANAGER), now=now)
    make_award(make_reviewed(make_screened(call)))
    open_one = make_proposal(make_reviewed(make_screened(call)))
    approve(open_one, panel_of(call)[0])
    recused = make_assigned(make_screened(call), reviewers=3)[2]
    conflicts.recuse(recused.application, reviewer=recused.reviewer, reason="A friend", now=now)
    conflicts.recuse(
        open_one.application, reviewer=panel_of(call)[3], reason="An investor", now=now
    )
    spoken_of(now)
    withdrawn = make_submitted(call)
    lifecycle.withdraw(withdrawn, actor=withdrawn.author, now=now)
    double = panel_of(call)[1]
    submitted.startup.members.add(double)
    seat(call, make_user(Role.REVIEWER), approves=False)
    make_submitted(make_call(envelope=call.envelope))
    Worker.objects.create(name="one", started_at=now, seen_at=now)
    for role in Role:
        make_user(role)
    guest = AnonymousUser()
    guest.drafts = frozenset({guests_own.pk, submitted.pk})  # the second is no guest's any more
    return [AnonymousUser(), guest, *User.objects.all()]


def spoken_of(now: datetime) -> None:
    """A file of which its readers speak, one of a call that hides who applies, a tie to decide."""
    call, manager = make_call(panel_size=3), make_user(Role.FUND_MANAGER)
    Round.objects.create(call=call, discusses=True)
    file = make_reviewed(make_screened(call), marks=[2, 4])
    own = file.reviews.select_related("reviewer").first()
    assert own
    discussing.comment(file, text="Who pays?", author=own.reviewer, now=now)
    discussing.note_pitch(file, held_on=now.date(), questions="Who pays?", actor=manager, now=now)
    discussing.change_mark(
        own, "team", value=Decimal(3), reason="The nurse.", actor=own.reviewer, now=now
    )
    again = make_assigned(make_screened(call), reviewers=2)[0]  # marked by nobody yet
    conflicts.declare(
        again.application, reviewer=panel_of(call)[2], answer="unsure", word="A fair.", now=now
    )
    blind = make_call(panel_size=2)
    Round.objects.create(call=blind, is_blind=True)
    make_assigned(make_screened(blind), reviewers=1)
    assigning.assign(
        make_screened(blind), reviewer=panel_of(blind)[0], actor=manager, now=now
    )  # of which nothing is said yet
    joining.invite(
        blind, email="lena@lab.example", approves=False, language="fr", actor=manager, now=now
    )
    rubrics.publish(
        make_call(), [{"key": "use", "weight": 100}], total=Decimal(50), actor=manager, now=now
    )


def around(file: Application, *, now: datetime) -> None:
    """Somebody with each part in it, somebody invited, what was said, more time."""
    people = {part: make_user() for part in Part}
    for part, person in people.items():
        Membership.objects.create(startup=file.startup, user=person, part=part)
    manager = make_user(Role.FUND_MANAGER)
    Invitation.objects.create(
        startup=file.startup, email="new@example.org", part=Part.READER, token_hash="0" * 64,
        invited_by=file.author, invited_at=now, expires_at=now,
    )  # fmt: skip
    FileMessage.objects.create(
        application=file, text="Hello", author=manager, from_fund=True, at=now
    )
    Extension.objects.create(
        application=file, until=now, reason="A fire", granted_by=manager, granted_at=now
    )
    FormVersion.objects.create(call=file.call, number=1, published_at=now, published_by=manager)
    for document in file.documents.all():
        Extraction.objects.get_or_create(document=document)


def asked_of(file: Application, *, now: datetime) -> None:
    """A request for information that is open, and an accountant who is not to know."""
    Membership.objects.create(startup=file.startup, user=make_user(), part=Part.ACCOUNTANT)
    requesting.ask(
        file, sections=["project"], question="Who?", until=now + timedelta(days=1),
        actor=make_user(Role.FUND_MANAGER), now=now,
    )  # fmt: skip


@pytest.mark.django_db
def test_every_kind_of_row_of_a_file_is_there_to_be_judged(populated: list[Reader]) -> None:
    empty = {model.__name__ for model in ours() if not model._default_manager.exists()}
    files = {model.__name__ for model in apps.get_app_config("applications").get_models()}
    assert empty & files == set()


@pytest.mark.django_db
def test_the_predicate_and_the_list_agree(populated: list[Reader]) -> None:
    """Of a table of hundreds, every third row or so: lines of the same files are alike."""
    for model in ours():
        every = list(model._default_manager.order_by("pk"))
        rows = every[:: 1 + len(every) // MANY]
        among = {row.pk for row in rows}
        for reader in populated:
            listed = set(visible_to(reader, model).values_list("pk", flat=True)) & among
            seen = {row.pk for row in rows if sees(reader, row)}
            assert listed == seen, (model.__name__, reader, getattr(reader, "role", ""))


@pytest.mark.django_db
def test_an_accountant_sees_sections_and_nothing_of_what_became_of_the_file(
    populated: list[Reader],
) -> None:
    beyond = (Submission, TimelineEntry, Document, Extraction, Extension, FileMessage,
              InformationRequest, Paper)  # fmt: skip
    accountants = User.objects.filter(memberships__part=Part.ACCOUNTANT)
    assert len(accountants) == 2
    for reader in accountants:
        assert visible_to(reader, Section).exists()
        for model in beyond:
            assert not visible_to(reader, model).exists(), model


@pytest.mark.django_db
def test_a_guest_sees_only_drafts_that_nobody_has(populated: list[Reader]) -> None:
    nobody, guest = populated[:2]
    assert not visible_to(nobody, Application).exists()
    assert visible_to(guest, Application).get().author is None


@pytest.mark.django_db
def test_what_must_stay_hidden_is(populated: list[Reader]) -> None:
    hidden = {
        Role.APPLICANT: ("Proposal", "Vote", "Review", "Mark", "PanelScore", "Rank", "Entry",
                         "Account", "AuditEntry", "ConflictOfInterest", "Panelist", "Enterprise",
                         "Extract"),
        Role.REVIEWER: ("PanelScore", "Rank", "Entry", "Account", "AuditEntry", "Message"),
        Role.ADMINISTRATOR: ("Application", "Submission", "Proposal", "Mark", "Entry"),
    }  # fmt: skip
    by_name = {model.__name__: model for model in ours()}
    for reader in populated:
        for name in hidden.get(getattr(reader, "role", ""), ()):
            assert not visible_to(reader, by_name[name]).exists(), (name, reader)
