"""Who applies: the enterprise, its size, and who owns whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brustart.cbe import lookup
from brustart.cbe.numbers import clean_number

from .feeds import Feeds
from .fields import (
    ChosenField,
    DayField,
    EnterpriseNumberField,
    EurosField,
    LongTextField,
    NumberField,
    PercentField,
    PickedField,
    PostalCodeField,
    YesNoField,
)
from .section import RowForm, SectionForm, Table


class StartupForm(SectionForm):
    """The number comes first: what the company register holds is shown, and not asked."""

    key = "startup"
    heading = _("Startup")
    groups = (
        (_("Your number"), ("enterprise_number", "not_registered")),
        (
            _("The enterprise"),
            ("startup_name", "legal_form", "founded_on", "street", "postal_code", "city"),
        ),
        (_("In the Brussels Region"), ("establishment_postal_code",)),
        (_("Something to correct?"), ("register_error",)),
    )
    optional = frozenset({"not_registered", "establishment_postal_code", "register_error"})
    feeds = {
        "enterprise_number": Feeds.ONE_FILE,
        "not_registered": Feeds.ONE_FILE,
        "startup_name": Feeds.PUBLICATION,
        "legal_form": Feeds.PAYMENT,
        "founded_on": Feeds.AGE,
        "street": Feeds.PAYMENT,
        "postal_code": Feeds.SEAT,
        "city": Feeds.PUBLICATION,
        "establishment_postal_code": Feeds.SEAT,
        "register_error": Feeds.ONE_FILE,
    }
    NUMBER = ("enterprise_number", "not_registered")
    REGISTERED = ("startup_name", "legal_form", "founded_on", "street", "postal_code", "city")

    enterprise_number = EnterpriseNumberField(
        label=_("Enterprise number"),
        help_text=_("Ten digits, for example 0403.019.261. It stands on your invoices."),
        max_length=20,
    )
    not_registered = forms.BooleanField(label=_("We are not registered yet"))
    startup_name = forms.CharField(label=_("Name of the startup"), max_length=160)
    legal_form = forms.CharField(
        label=_("Legal form"),
        help_text=_("The one you have, or the one you have in mind."),
        max_length=80,
    )
    founded_on = DayField(
        label=_("Start date in the company register"),
        help_text=_("The fund is for enterprises of less than five years."),
        past=True,
    )
    street = forms.CharField(label=_("Street and number of the seat"), max_length=160)
    postal_code = PostalCodeField(label=_("Postal code of the seat"), max_length=8)
    city = forms.CharField(label=_("Municipality of the seat"), max_length=80)
    establishment_postal_code = PostalCodeField(
        label=_("Postal code of an establishment in Brussels"),
        help_text=_("Only if your seat is elsewhere and you work in the Brussels Region too."),
        max_length=8,
    )
    register_error = LongTextField(
        label=_("What is wrong in the register’s data?"),
        help_text=_("The fund looks at it. Have the register corrected too: we read it again."),
        max_length=1000,
        rows=3,
    )

    def __init__(self, data: Any = None, *, strict: bool = False) -> None:
        super().__init__(data, strict=strict)
        self.not_yet = bool(self.is_bound and self.data.get("not_registered"))
        self.number = self._number()
        self.entry = lookup.enterprise(self.number) if self.number else None
        self._ask_only_what_is_not_known()

    def _number(self) -> str:
        try:
            return clean_number(str(self.data.get("enterprise_number") or ""))
        except forms.ValidationError:
            return ""

    def _ask_only_what_is_not_known(self) -> None:
        if self.not_yet:
            self._drop("founded_on", "register_error")
            self.fields["enterprise_number"].required = False
        elif self.entry:
            self.known = self._known()
            self._drop(*self.known)
        else:
            self._drop("register_error")
        unknown = not self.strict and not self.not_yet and not self.number
        if unknown and self.came_from_first_step:
            self._drop(*(set(self.fields) - set(self.NUMBER)))

    def _drop(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    known: dict[str, Any] = {}

    def _known(self) -> dict[str, Any]:
        """What the register says, under our names; nothing where it is silent."""
        entry = self.entry
        assert entry is not None
        told = {
            "startup_name": entry.name,
            "legal_form": entry.legal_form,
            "founded_on": entry.started_on,
            "street": entry.street,
            "postal_code": entry.postal_code,
            "city": entry.municipality,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def known_rows(self) -> list[tuple[str, Any]]:
        """The same with the words of the questions, for reading."""
        return [(str(self.base_fields[name].label), value) for name, value in self.known.items()]

    @property
    def is_first_step(self) -> bool:
        """Only the number is asked so far."""
        return set(self.fields) <= set(self.NUMBER)

    @property
    def came_from_first_step(self) -> bool:
        """The page that sent this asked only the number: the rest comes next."""
        return "establishment_postal_code" not in self.data

    def answers(self) -> dict[str, Any]:
        answers = super().answers()
        if self.not_yet or not self.entry:
            return answers
        answers |= {
            name: value if isinstance(value, str) else value.isoformat()
            for name, value in self.known.items()
        }
        answers["register_date"] = self.entry.extract_date.isoformat()
        answers["activities"] = [f"{one.version}:{one.code}" for one in self.entry.activities]
        return answers


class SizeForm(SectionForm):
    key = "size"
    heading = _("Size and health")
    groups = (
        (_("Your own enterprise, in the last closed year"), ("staff", "turnover", "balance_sheet")),
        (_("Its financial health"), ("capital", "equity", "insolvency", "rescue_aid")),
    )
    optional = frozenset({"capital", "equity"})
    feeds = {
        "staff": Feeds.SIZE,
        "turnover": Feeds.SIZE,
        "balance_sheet": Feeds.SIZE,
        "capital": Feeds.DIFFICULTY,
        "equity": Feeds.DIFFICULTY,
        "insolvency": Feeds.DIFFICULTY,
        "rescue_aid": Feeds.DIFFICULTY,
    }

    staff = NumberField(
        label=_("Staff"),
        help_text=_("Full-time equivalents. Write 0 if nobody is employed yet."),
        max_digits=8,
    )
    turnover = EurosField(
        label=_("Turnover, in euros"), help_text=_("Write 0 if no year is closed yet.")
    )
    balance_sheet = EurosField(
        label=_("Balance sheet total, in euros"), help_text=_("Write 0 if no year is closed yet.")
    )
    capital = EurosField(
        label=_("Capital or contributions, with premiums, in euros"),
        help_text=_("Only if you are three years old or more."),
    )
    equity = EurosField(
        label=_("Equity, in euros"),
        help_text=_(
            "Capital, premiums and reserves, plus or minus the result carried forward. Only if "
            "you are three years old or more."
        ),
        min_value=None,
    )
    insolvency = YesNoField(
        label=_("Is an insolvency procedure running, or could creditors ask for one?")
    )
    rescue_aid = YesNoField(
        label=_("Did you receive rescue aid that is not paid back, or is a restructuring running?")
    )


class _RelatedForm(RowForm):
    """What owners and holdings share: which enterprise, how large, and who decides."""

    optional = frozenset({"enterprise_number", "staff", "turnover", "balance_sheet"})
    share = PercentField(label=_("Share, in percent"))
    control = YesNoField(
        label=_("Does it decide?"),
        help_text=_(
            "More than half of the votes, the right to appoint most of the board, or control by "
            "contract or articles."
        ),
    )
    enterprise_number = EnterpriseNumberField(label=_("Enterprise number"), max_length=20)
    staff = NumberField(label=_("Staff"), max_digits=8)
    turnover = EurosField(label=_("Turnover, in euros"))
    balance_sheet = EurosField(label=_("Balance sheet total, in euros"))


_SIZES = {
    "staff": Feeds.SIZE,
    "turnover": Feeds.SIZE,
    "balance_sheet": Feeds.SIZE,
    "share": Feeds.SIZE,
    "control": Feeds.HEADROOM,
    "enterprise_number": Feeds.HEADROOM,
}
OWNER_KINDS = [
    ("person", _("A person")),
    ("enterprise", _("An enterprise")),
    ("investor", _("A university, public fund, venture capital or business angel")),
]


NOT_PERSONS = frozenset({"enterprise", "investor"})


class OwnerForm(_RelatedForm):
    feeds = {**_SIZES, "name": Feeds.CONFLICTS, "kind": Feeds.SIZE}
    when = dict.fromkeys(
        ("control", "enterprise_number", "staff", "turnover", "balance_sheet"),
        ("kind", NOT_PERSONS),
    )
    field_order = ["name", "kind", "share", "control", "enterprise_number"]

    name = forms.CharField(label=_("Name"), max_length=160)
    kind = PickedField(label=_("Who is it?"), choices=OWNER_KINDS)


class HoldingForm(_RelatedForm):
    feeds = {**_SIZES, "name": Feeds.CONFLICTS}
    field_order = ["name", "share", "control", "enterprise_number"]

    name = forms.CharField(label=_("Name"), max_length=160)


class OwnershipForm(SectionForm):
    """Asked once; size and single undertaking follow from it (applications/ownership.py)."""

    key = "ownership"
    heading = _("Owners and holdings")
    groups = ()
    tables = (
        Table(
            "owners",
            OwnerForm,
            heading=_("Who owns the startup?"),
            hint=_(
                "Everybody with a share. Fill in staff, turnover and balance sheet only for an "
                "enterprise that holds 25% or more."
            ),
            one=_("Owner"),
            add=_("Add an owner"),
            least=1,
        ),
        Table(
            "holdings",
            HoldingForm,
            heading=_("Which other enterprises does it hold 25% or more of?"),
            hint=_("Leave this empty if there are none."),
            one=_("Holding"),
            add=_("Add a holding"),
        ),
    )


class AidRow(RowForm):
    feeds = {
        "authority": Feeds.HEADROOM,
        "measure": Feeds.HEADROOM,
        "granted_on": Feeds.HEADROOM,
        "amount": Feeds.HEADROOM,
    }
    optional = frozenset({"measure"})

    authority = forms.CharField(label=_("Who granted it?"), max_length=120)
    measure = forms.CharField(label=_("For what?"), max_length=160)
    granted_on = DayField(label=_("Granted on"), past=True)
    amount = EurosField(label=_("Amount, in euros"))


class AidForm(SectionForm):
    key = "aid"
    heading = _("Aid received")
    groups = ((_("De minimis aid of the last three years"), ("any_aid",)),)
    feeds = {"any_aid": Feeds.HEADROOM}
    tables = (
        Table(
            "aid",
            AidRow,
            heading=_("Each aid"),
            hint=_("One row for each decision. What counts is the day on which it was granted."),
            one=_("Aid"),
            add=_("Add an aid"),
        ),
    )

    any_aid = ChosenField(
        label=_("Did you, or an enterprise you form one undertaking with, receive any?"),
        help_text=_(
            "All aid under the de minimis rules from any Belgian authority. Leave out awards of "
            "this fund: we know them."
        ),
        choices=[("none", _("None")), ("some", _("Yes, listed below"))],
    )

    def full_clean(self) -> None:
        super().full_clean()
        if self.strict and self.data.get("any_aid") == "some" and not self._filled(self.tables[0]):
            self._table_error(self.tables[0], _("Not answered yet."))
