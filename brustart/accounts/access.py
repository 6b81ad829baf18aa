"""Who may come where: audiences of routes, and one registry of who sees which rows.

Each route declares its audience (`route`, `declare`); one without is refused to everybody.
Each package's rules.py registers a predicate and a condition for its models together; lists,
pages, files and exports ask only here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import reduce, wraps
from operator import or_
from typing import Any, TypeVar

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from .models import Role, User
from .verifying import proves_nothing

Row = TypeVar("Row", bound=models.Model)
View = Callable[..., Any]
Reader = User | AnonymousUser


class Audience(Enum):
    """A set of roles, "" for somebody without an account; PUBLIC is everybody."""

    PUBLIC = frozenset[str]()
    SIGNED_IN = frozenset(Role)
    APPLICANT = frozenset({Role.APPLICANT})
    APPLYING = frozenset({"", Role.APPLICANT})  # a draft may come before the account
    WRITING = frozenset({"", Role.APPLICANT, Role.FUND_MANAGER})  # who enters what came on paper
    READING = frozenset({"", *Role})  # whoever may see the row, a guest of their own draft too
    REVIEWER = frozenset({Role.REVIEWER})
    JUDGING = frozenset({Role.REVIEWER, Role.FUND_MANAGER, Role.AUDITOR})
    WITH_THE_FUND = frozenset({Role.APPLICANT, Role.FUND_MANAGER, Role.AUDITOR})
    FUND_MANAGER = frozenset({Role.FUND_MANAGER})
    OVERSIGHT = frozenset({Role.FUND_MANAGER, Role.AUDITOR})
    ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
    STAFF = frozenset({Role.FUND_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})


SECOND_FACTOR = frozenset({Role.REVIEWER, Role.FUND_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})


def route(pattern: str, view: View, *, name: str, audience: Audience) -> URLPattern:
    """A path that says for whom it is."""
    return path(pattern, _declared(view, audience), name=name)


def declare(entry: URLPattern | URLResolver, audience: Audience) -> URLPattern | URLResolver:
    """The audience of somebody else's routes, included whole."""
    if isinstance(entry, URLResolver):
        for inner in entry.url_patterns:
            declare(inner, audience)
    else:
        entry.callback = _declared(entry.callback, audience)
    return entry


def _declared(view: View, audience: Audience) -> View:
    @wraps(view)
    def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    declared.audience = audience  # type: ignore[attr-defined]
    return declared


class AudienceMiddleware:
    """Refuses each request whose route does not name its reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        audience: Audience | None = getattr(view, "audience", None)
        if audience is Audience.PUBLIC:
            return None
        if audience is None:
            raise PermissionDenied
        if role_of(request.user) not in audience.value:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied
        if audience is not Audience.SIGNED_IN and lacks_second_factor(request):
            messages.info(request, _("Your role needs a second factor. Set one up to go on."))
            return redirect("mfa_index")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Where a draft may come before the account: what is not there may be there after login."""
        match = request.resolver_match
        audience: Audience | None = getattr(match.func, "audience", None) if match else None
        is_guest = not request.user.is_authenticated
        if isinstance(exception, Http404) and is_guest and audience and "" in audience.value:
            return redirect_to_login(request.get_full_path())
        return None


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this person must still set up a second factor; checked once a session."""
    user = request.user
    if not isinstance(user, User) or user.role not in SECOND_FACTOR:
        return False
    if proves_nothing(user):
        return False
    if not request.session.get("second_factor"):
        request.session["second_factor"] = is_mfa_enabled(user)
    return not request.session["second_factor"]


@dataclass(frozen=True)
class Policy:
    """The same rule twice: for one row, and as a condition on the rows of a list."""

    sees: Callable[[Reader, Any], bool]
    rows: Callable[[Reader], Q]


POLICIES: dict[type[models.Model], list[Policy]] = {}
NO_ROW = Q(pk__in=[])
EVERY_ROW = ~NO_ROW


def register(
    model: type[models.Model],
    *,
    sees: Callable[[Reader, Any], bool],
    rows: Callable[[Reader], Q],
) -> None:
    """Let people see rows of the model. A floor above may add readers; none can take one away."""
    POLICIES.setdefault(model, []).append(Policy(sees, rows))


def follow(model: type[models.Model], field: str) -> None:
    """Whoever sees the row's `field` sees the row."""
    parent: Any = model._meta.get_field(field).related_model
    register(
        model,
        sees=lambda user, row: sees(user, getattr(row, field)),
        rows=lambda user: Q(**{f"{field}__in": visible_to(user, parent)}),
    )


def open_to(model: type[models.Model], *roles: Role) -> None:
    """Every row, for these roles alone."""
    register(
        model,
        sees=lambda user, row: role_of(user) in roles,
        rows=lambda user: EVERY_ROW if role_of(user) in roles else NO_ROW,
    )


def open_to_all(model: type[models.Model]) -> None:
    register(model, sees=lambda user, row: True, rows=lambda user: EVERY_ROW)


def role_of(user: Reader) -> str:
    return user.role if isinstance(user, User) else ""


def visible_to(user: Reader, model: type[Row]) -> models.QuerySet[Row]:
    """The rows of the model that this person may know of."""
    condition = reduce(or_, (policy.rows(user) for policy in POLICIES[model]))
    return model._default_manager.filter(condition)


def sees(user: Reader, row: models.Model) -> bool:
    return any(policy.sees(user, row) for policy in POLICIES[type(row)])


def get_or_404(
    user: Reader,
    model: type[Row],
    *related: str,
    rows: models.QuerySet[Row] | None = None,
    **lookup: Any,
) -> Row:
    """The row, if this person may know of it; otherwise it does not exist. `rows`: what
    visible_to gave, with more on it."""
    rows = visible_to(user, model) if rows is None else rows
    row = rows.select_related(*related).filter(**lookup).first()
    if row is None:
        raise Http404
    return row
