"""One registry says who sees what: every model is in it, and its two halves agree."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from applications import lifecycle
from brustart.accounts.access import POLICIES, Reader, sees, visible_to
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.core.models import Worker
from scoring.review import assigning
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
    assert len(models) > 25
    assert [model.__name__ for model in models if model not in POLICIES] == []


@pytest.fixture
def populated() -> list[Reader]:
    """Rows of every kind, and readers of every role and relation to them."""
    call = make_call(panel_size=4)
    now = timezone.now()
    make_empty_draft(call)
    submitted = make_submitted(call)
    make_assigned(make_screened(call), reviewers=2)
    rejected = make_reviewed(make_screened(call))
    deciding.reject(rejected, grounds="Too early.", actor=make_user(Role.FUND_MANAGER), now=now)
    make_award(make_reviewed(make_screened(call)))
    open_one = make_proposal(make_reviewed(make_screened(call)))
    approve(open_one, panel_of(call)[0])
    recused = make_assigned(make_screened(call), reviewers=3)[2]
    assigning.recuse(recused.application, reviewer=recused.reviewer, reason="A friend", now=now)
    assigning.recuse(
        open_one.application, reviewer=panel_of(call)[3], reason="An investor", now=now
    )
    withdrawn = make_submitted(call)
    lifecycle.withdraw(withdrawn, actor=withdrawn.author, now=now)
    double = panel_of(call)[1]
    submitted.startup.members.add(double)
    seat(call, make_user(Role.REVIEWER), approves=False)
    make_submitted(make_call(envelope=call.envelope))
    Worker.objects.create(name="one", started_at=now, seen_at=now)
    for role in Role:
        make_user(role)
    return [AnonymousUser(), *User.objects.all()]


@pytest.mark.django_db
def test_the_predicate_and_the_list_agree(populated: list[Reader]) -> None:
    for model in ours():
        rows = list(model._default_manager.all())
        for reader in populated:
            listed = set(visible_to(reader, model).values_list("pk", flat=True))
            seen = {row.pk for row in rows if sees(reader, row)}
            assert listed == seen, (model.__name__, reader, getattr(reader, "role", ""))


@pytest.mark.django_db
def test_what_must_stay_hidden_is(populated: list[Reader]) -> None:
    hidden = {
        Role.APPLICANT: ("Proposal", "Vote", "Review", "Mark", "PanelScore", "Rank", "Entry",
                         "Account", "AuditEntry", "ConflictOfInterest", "Panelist"),
        Role.REVIEWER: ("PanelScore", "Rank", "Entry", "Account", "AuditEntry", "Message"),
        Role.ADMINISTRATOR: ("Application", "Submission", "Proposal", "Mark", "Entry"),
    }  # fmt: skip
    by_name = {model.__name__: model for model in ours()}
    for reader in populated:
        for name in hidden.get(getattr(reader, "role", ""), ()):
            assert not visible_to(reader, by_name[name]).exists(), (name, reader)
