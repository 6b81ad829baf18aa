"""The people of the demo, grouped as one looks for them. One query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Membership
from brustart.accounts.models import Role, User
from scoring.review.models import Panelist


@dataclass(frozen=True)
class Person:
    """Somebody to become; `detail` says what for."""

    pk: int
    name: str
    role: str
    detail: str
    approves: bool
    current: bool


@dataclass(frozen=True)
class Group:
    label: Promise
    people: list[Person]


# The first three are in sight, the others folded away.
GROUPS: tuple[tuple[Promise, Callable[[Person], bool]], ...] = (
    (_("Startup applying"), lambda one: one.role == Role.APPLICANT),
    (_("Reviewer"), lambda one: one.role == Role.REVIEWER and one.approves),
    (_("Fund manager"), lambda one: one.role == Role.FUND_MANAGER),
    (_("External reader"), lambda one: one.role == Role.REVIEWER and not one.approves),
    (_("Administrator"), lambda one: one.role == Role.ADMINISTRATOR),
    (_("Auditor"), lambda one: one.role == Role.AUDITOR),
)
OTHER_APPLICANTS = _("Other startups")


def everybody() -> QuerySet[User]:
    """Whom one may become: demo accounts, and nobody else."""
    return User.objects.filter(is_demo=True, is_active=True)


def people(current: Any) -> list[Person]:
    """Everybody, in the order they were seeded."""
    startup = Membership.objects.filter(user=OuterRef("pk")).exclude(startup__name="")
    approving = Panelist.objects.filter(reviewer=OuterRef("pk"), approves=True)
    rows = everybody().annotate(
        startup_name=Subquery(startup.order_by("-pk").values("startup__name")[:1]),
        approves=Exists(approving),
    )
    return [
        Person(
            pk=row.pk,
            name=row.display_name,
            role=row.role,
            detail=row.startup_name or row.about,
            approves=row.approves,
            current=row.pk == getattr(current, "pk", None),
        )
        for row in rows.order_by("pk")
    ]


def groups(current: Any) -> list[Group]:
    """One startup, the panel and the fund managers first; then all the others."""
    found = people(current)
    sorted_out = [Group(label, list(filter(belongs, found))) for label, belongs in GROUPS]
    applying = sorted_out[0].people
    sorted_out[0] = Group(GROUPS[0][0], applying[:1])
    sorted_out.append(Group(OTHER_APPLICANTS, applying[1:]))
    return [group for group in sorted_out if group.people]
