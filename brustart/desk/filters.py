"""Finding files in the fund's list of all."""

import re
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Track
from applications.states import State
from brustart.cbe.municipalities import MUNICIPALITIES
from brustart.fund.models import Call, Envelope

from . import due, figuring, placing


class Choice(forms.Select):
    """A list to choose from, dressed as the other forms are."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "form-select", **(attrs or {})}, choices)


def municipalities() -> list[tuple[str, Any]]:
    """By name, what is none of the nineteen last."""
    known = sorted(((nis, str(one)) for nis, one in MUNICIPALITIES.items()), key=lambda one: one[1])
    return known + list(placing.ELSEWHERE.items())


class FileFilter(django_filters.FilterSet):
    """Call, state, track, words of title or startup, number of file or enterprise; and what the
    figures of the capacity page are made of, so that each leads to its files."""

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
    municipality = django_filters.ChoiceFilter(
        choices=municipalities,
        method="placed",
        label=_("Municipality"),
        empty_label=_("Everywhere"),
        widget=Choice,
    )
    nace = django_filters.CharFilter(
        method="placed",
        label=_("Activity (first two digits of NACE)"),
        max_length=7,
        widget=forms.TextInput(attrs={"class": "form-control field-short"}),
    )
    award = django_filters.ChoiceFilter(
        choices=[("yes", _("Awarded an amount")), ("paid", _("Paid something"))],
        method="awarded",
        label=_("Award"),
        empty_label=_("With or without"),
        widget=Choice,
    )
    late = django_filters.ChoiceFilter(
        choices=list(due.LATE.items()),
        method="overdue",
        label=_("Due or late"),
        empty_label=_("All files"),
        widget=Choice,
    )
    envelope = django_filters.ModelChoiceFilter(
        queryset=Envelope.objects.order_by("code"),
        field_name="call__envelope",
        to_field_name="code",
        label=_("Envelope"),
        empty_label=_("All envelopes"),
        widget=Choice,
    )
    trial = django_filters.ChoiceFilter(
        choices=[("no", _("Without trial calls"))],
        method="real",
        label=_("Trial calls"),
        empty_label=_("With trial calls"),
        widget=Choice,
    )
    undertaking = django_filters.NumberFilter(
        method="held", label=_("Undertaking"), widget=forms.HiddenInput
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
        fields = ["q", "call", "state", "track", "sort", "municipality", "nace", "award", "late",
                  "envelope", "trial", "undertaking"]  # fmt: skip

    def search(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Words anywhere in title or startup; BRU-00042, a receipt or an enterprise number."""
        found = Q(title__icontains=value) | Q(startup__name__icontains=value)
        digits = re.sub(r"\D", "", value)
        if digits and re.fullmatch(r"[\d. ]+", value):
            found |= Q(enterprise_number__startswith=digits)
        if reference := re.match(r"(?:BRU-?)?0*(\d{1,9})(?!\d)", value.strip(), re.IGNORECASE):
            found |= Q(pk=int(reference[1]))
        return files.filter(found)

    def placed(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """In one municipality, or of one activity."""
        field = {"nace": "division"}.get(name, name)
        return placing.placed(files).filter(**{field: value})

    def awarded(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value == "paid":
            return files.filter(award__account__paid__gt=0)
        return files.filter(award__isnull=False)

    def real(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return files.filter(call__listed=True)

    def held(
        self, files: QuerySet[Application], name: str, value: Decimal
    ) -> QuerySet[Application]:
        """Of one undertaking."""
        return figuring.holding(files).filter(holder=int(value))

    def overdue(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return due.late(value, files, timezone.localdate())


def find(data: Any, files: QuerySet[Application]) -> FileFilter:
    """The filter over these files; the newest first when nothing is said."""
    score = Coalesce("panel_score__total", Value(Decimal(-1)))  # without one: after all others
    return FileFilter(data, queryset=files.annotate(score=score).order_by("-submitted_at", "-pk"))
