"""What base.html knows on every page: the menu, the demo's people and tour, the fund's address."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .demo import people, tour
from .navigation import menu


class Portal:
    """Read once a page, and only as far as the page asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)
        self.demo: bool = settings.DEMO
        self.second_factor_off: bool = settings.DEMO and not settings.DEMO_MFA
        self.contact: dict[str, str] = settings.FUND_CONTACT

    @cached_property
    def navigation(self) -> list[dict[str, object]]:
        return menu(self.user, self.request.path) if self.user else []

    @cached_property
    def people(self) -> list[people.Group]:
        return people.groups(self.user) if self.demo else []

    @cached_property
    def tour(self) -> dict[str, Any]:
        """Empty unless a tour is on; `begun` once its step's page was gone to."""
        kept = getattr(self.request, "session", {}).get(tour.KEY) if self.demo else None
        if not kept:
            return {}
        step = tour.STEPS[kept["step"] - 1]
        return {
            "number": kept["step"],
            "total": len(tour.STEPS),
            "title": step.title,
            "text": step.text,
            "label": step.label,
            "begun": kept["begun"],
        }


def portal(request: HttpRequest) -> dict[str, Portal]:
    return {"portal": Portal(request)}
