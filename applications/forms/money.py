"""What the project costs, who pays, and when."""

from django.utils.translation import gettext_lazy as _

from .feeds import Feeds
from .fields import CountField, EurosField, QuarterField
from .section import RowForm, SectionForm, Table


class QuarterForm(RowForm):
    feeds = {
        "quarter": Feeds.FEASIBILITY,
        "money_in": Feeds.FEASIBILITY,
        "money_out": Feeds.FEASIBILITY,
    }

    quarter = QuarterField(label=_("Quarter"), help_text=_("For example Q1 2027."))
    money_in = EurosField(label=_("Comes in, in euros"))
    money_out = EurosField(label=_("Goes out, in euros"))


class BudgetForm(SectionForm):
    key = "budget"
    heading = _("Budget")
    groups = (
        (_("What the project costs"), ("personnel", "subcontracting", "equipment", "other")),
        (
            _("Who pays"),
            ("requested", "cofinancing_secured", "raised_so_far", "spent_in_region_percent"),
        ),
    )
    feeds = {
        "personnel": Feeds.COFINANCING,
        "subcontracting": Feeds.COFINANCING,
        "equipment": Feeds.COFINANCING,
        "other": Feeds.COFINANCING,
        "requested": Feeds.AMOUNT,
        "cofinancing_secured": Feeds.VALORISATION,
        "raised_so_far": Feeds.VALORISATION,
        "spent_in_region_percent": Feeds.IMPACT,
    }
    tables = (
        Table(
            "cash",
            QuarterForm,
            heading=_("Cash plan by quarter"),
            hint=_("All the money of the project, the award included."),
            one=_("Quarter"),
            add=_("Add a quarter"),
            least=1,
            most=16,
        ),
    )

    personnel = EurosField(label=_("Personnel, in euros"))
    subcontracting = EurosField(label=_("Subcontracting, in euros"))
    equipment = EurosField(label=_("Equipment, in euros"))
    other = EurosField(label=_("Other costs, in euros"))
    requested = EurosField(
        label=_("Asked from the fund, in euros"),
        help_text=_("At most 70% of the costs: at least 30% comes from you or from others."),
    )
    cofinancing_secured = EurosField(
        label=_("Own and private money that is certain today, in euros")
    )
    raised_so_far = EurosField(label=_("Money raised from others until now, in euros"))
    spent_in_region_percent = CountField(
        label=_("Part of the budget spent in the Brussels Region, in percent"), max_value=100
    )
