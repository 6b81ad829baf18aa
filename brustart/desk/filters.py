"""Finding files in the fund's list of all."""

import re
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Track
from applications.states import State
from brustart.fund.models import Call


class Choice(forms.Select):
    """A list to choose from, dressed as the other forms are."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "form-select", **(attrs or {})}, choices)


class FileFilter(django_filters.FilterSet):
    """Call, state, track, words of title or startup, number of file or enterprise."""

    q = django_filters.CharFilter(
        method="search",
        label=_("Title, startup or number"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search"}),
    )
    call = django_filters.ModelChoiceFilter(
        queryset=Call.objects.all(), label=_("Call"), empty_label=_("All calls"), widget=Choice
    )
    state = django_filters.ChoiceFilter(
        choices=[choice for choice in State.choices if choice[0] != State.DRAFT],
        label=_("State"),
        empty_label=_("All states"),
        widget=Choice,
    )
    track = django_filters.ChoiceFilter(
        choices=Track.choices, label=_("Track"), empty_label=_("Both tracks"), widget=Choice
    )
    sort = django_filters.OrderingFilter(
        label=_("Order"),
        empty_label=None,
        widget=Choice,
        fields={
            "submitted_at": "submitted",
            "requested": "asked",
            "score": "score",
            "startup__name": "startup",
        },
        choices=[
            ("-submitted", _("Newest first")),
            ("submitted", _("Oldest first")),
            ("-asked", _("Highest amount first")),
            ("-score", _("Highest panel score first")),
            ("startup", _("By startup")),
        ],
    )

    class Meta:
        model = Application
        fields = ["q", "call", "state", "track", "sort"]

    def search(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Words anywhere in title or startup; BRU-00042, a receipt or an enterprise number."""
        found = Q(title__icontains=value) | Q(startup__name__icontains=value)
        digits = re.sub(r"\D", "", value)
        if digits and re.fullmatch(r"[\d. ]+", value):
            found |= Q(enterprise_number__startswith=digits)
        if reference := re.match(r"(?:BRU-?)?0*(\d{1,9})(?!\d)", value.strip(), re.IGNORECASE):
            found |= Q(pk=int(reference[1]))
        return files.filter(found)


def find(data: Any, files: QuerySet[Application]) -> FileFilter:
    """The filter over these files; the newest first when nothing is said."""
    score = Coalesce("panel_score__total", Value(Decimal(-1)))  # without one: after all others
    return FileFilter(data, queryset=files.annotate(score=score).order_by("-submitted_at", "-pk"))
