"""The company register as the open data of the CBE give it (domain.md section 7).

Tables stand as the register's own files do, so that an update touches only what it names. Rows
belong to the full extract they came with; `brustart.cbe.lookup` alone reads them.
"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExtractQuerySet(models.QuerySet["Extract"]):
    def current(self) -> Self:
        """The extract that readers see: one row, or none when no register is loaded."""
        return self.filter(state=Extract.State.CURRENT)


class Extract(models.Model):
    """One delivery of the register. Rows point to `base`, the full extract below the updates."""

    class Kind(models.TextChoices):
        FULL = "full", _("full")
        UPDATE = "update", _("update")

    class State(models.TextChoices):
        LOADING = "loading", _("loading")
        CURRENT = "current", _("current")
        PAST = "past", _("past")

    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.LOADING)
    snapshot_on = models.DateField(_("situation of"))
    extracted_at = models.DateTimeField()
    regions = models.JSONField(default=list)  # names of cbe.region; none: the whole country
    fingerprint = models.CharField(max_length=64)
    done = models.JSONField(default=list)  # files that are in: an interrupted import goes on
    counts = models.JSONField(default=dict)
    base = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="updates")
    started_at = models.DateTimeField(_("import begun"))
    finished_at = models.DateTimeField(_("import finished"), null=True)

    objects = ExtractQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="current"), name="cbe_one_current_extract"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.kind})"


class Row(models.Model):
    """A row of a full extract, kept up to date by the updates on it.

    Without a constraint: one check for each of millions of rows is most of an import's time.
    """

    extract = models.ForeignKey(
        Extract, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


def _number() -> "models.CharField[str, str]":
    """Ten digits: 0 or 1 first for an enterprise, 2 to 8 for an establishment unit."""
    return models.CharField(max_length=10, db_collation="C")


class Listed(Row):
    """One of several rows of an entity in a file that has no key of its own.

    The key says where it came from: which extract, and at which place in its file.
    """

    pk = models.CompositePrimaryKey("extract_id", "entity", "since", "place")
    entity = _number()
    since = models.PositiveIntegerField()
    place = models.PositiveIntegerField()

    class Meta:
        abstract = True


class Enterprise(Row):
    pk = models.CompositePrimaryKey("extract_id", "number")
    number = _number()
    status = models.CharField(max_length=2)
    situation = models.CharField(max_length=3)
    is_natural_person = models.BooleanField()
    legal_form = models.CharField(max_length=3)
    started_on = models.DateField(null=True)


class Establishment(Row):
    pk = models.CompositePrimaryKey("extract_id", "number")
    number = _number()
    enterprise = _number()
    started_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["extract", "enterprise"], name="cbe_establishment_owner")]


class Name(Listed):
    """A name of an enterprise. `searchable` is in capitals without accents (`naming.py`)."""

    class Kind(models.TextChoices):
        LEGAL = "001"
        ABBREVIATION = "002"
        COMMERCIAL = "003"

    kind = models.CharField(max_length=3)
    language = models.CharField(max_length=2)
    text = models.TextField()
    searchable = models.TextField(db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["extract", "searchable"], name="cbe_name_searchable")]


class Address(Listed):
    """The seat of a legal person, or where an establishment unit is.

    `postal_code` is Belgian or empty: abroad, the code stands with the municipality.
    """

    postal_code = models.CharField(max_length=10)
    municipality_fr = models.TextField()
    municipality_nl = models.TextField()
    street_fr = models.TextField()
    street_nl = models.TextField()
    house_number = models.TextField()
    box = models.TextField()


class Activities(Listed):
    """What one enterprise or establishment unit does, in one text: a tenth of a row for each.

    A word for each activity: version, code, classification, group (`2025:62100:MAIN:001`).
    """

    codes = models.TextField()


class Label(models.Model):
    """What a code means. Labels outlive extracts: a code keeps its meaning."""

    category = models.CharField(max_length=40)
    code = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "code", "language"], name="cbe_one_label")
        ]
