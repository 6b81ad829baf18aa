"""Titles, sources and reasons of the rules, for people."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .inputs import shown

TITLES: dict[str, Promise] = {
    "age": _("Age of the enterprise"),
    "seat": _("Seat or establishment in the Brussels Region"),
    "size": _("Micro or small enterprise"),
    "difficulty": _("Not in difficulty"),
    "sector": _("Sector"),
    "exclusions": _("Nothing excluded"),
    "amount": _("Amount asked"),
    "cofinancing": _("Co-financing"),
    "headroom": _("De minimis ceiling"),
    "one_file": _("One file for each enterprise"),
    "documents": _("Documents"),
    "ethics": _("Ethics committee"),
    "track": _("Track"),
}
SOURCES: dict[str, Promise] = {
    "age": _(
        "Rule of the call (the fund's proposal), after article 22 of Regulation (EU) 651/2014 and "
        "the Bruseed fund"
    ),
    "seat": _("Rule of the call (the fund's proposal), after Innoviris; postal codes of bpost"),
    "size": _("Recommendation 2003/361/EC, annex, article 2"),
    "difficulty": _(
        "Regulation (EU) 651/2014, article 2(18), as the ordinance of 27 July 2017 asks"
    ),
    "sector": _(
        "Regulation (EU) 2023/2831, article 1, and rule of the call (the fund's proposal); "
        "activities by NACE-BEL code, from the company register"
    ),
    "exclusions": _("Regulation (EU) 2023/2831, articles 1 and 5, and rule of the call"),
    "amount": _("Rule of the call (the fund's proposal)"),
    "cofinancing": _("Rule of the call (the fund's proposal)"),
    "headroom": _("Regulation (EU) 2023/2831, article 3(2)"),
    "one_file": _("Rule of the call (the fund's proposal)"),
    "documents": _("Rule of the call (the fund's proposal)"),
    "ethics": _("Law of 7 May 2004 on experiments on humans, and rule of the call"),
    "track": _("Rule of the call (the fund's proposal), after Regulation (EU) 2017/745"),
}
REASONS: dict[str, Promise] = {
    "age_unknown": _("The start date is not known."),
    "age_young": _(
        "Started on %(founded_on)s: less than %(years)s years old on %(day)s, the day that counts."
    ),
    "age_old": _(
        "Started on %(founded_on)s: %(years)s years or older on %(day)s, the day that counts."
    ),
    "age_disputed": _(
        "By the register it started on %(founded_on)s and is %(years)s years or older on %(day)s. "
        "The startup says that the register is wrong: a person looks at it."
    ),
    "age_unborn": _("Not registered yet: younger than %(years)s years."),
    "seat_inside": _("Postal code %(inside)s: in the Brussels-Capital Region."),
    "seat_special": _(
        "Postal code %(codes)s belongs to one large recipient: a person looks at the address."
    ),
    "seat_unknown": _("No postal code is known."),
    "seat_unlisted": _(
        "The startup says that it has an establishment at postal code %(declared)s, which the "
        "register of %(register_on)s does not have: a person looks at it."
    ),
    "seat_disputed": _(
        "By the register of %(register_on)s, postal code %(codes)s: not in the Brussels-Capital "
        "Region. The startup says that the register is wrong: a person looks at it."
    ),
    "seat_outside": _(
        "Postal code %(codes)s: not one of the 19 municipalities of the Brussels-Capital Region."
    ),
    "size_staff": _("%(staff)s full-time equivalents: not under %(staff_limit)s."),
    "size_finance": _(
        "Turnover %(turnover)s and balance sheet %(balance_sheet)s: both over %(finance_limit)s."
    ),
    "size_unknown": _("Staff, turnover or balance sheet are not known: figures are needed."),
    "size_small": _(
        "%(staff)s full-time equivalents, and turnover or balance sheet within %(finance_limit)s: "
        "a micro or small enterprise."
    ),
    "difficulty_acute": _(
        "An insolvency procedure, rescue aid that is not paid back, or a restructuring is running."
    ),
    "difficulty_register": _(
        "The register of %(register_on)s does not give a normal situation (code %(situation)s): a "
        "person looks at it."
    ),
    "difficulty_unknown": _("The answers on financial health are not complete."),
    "difficulty_figures": _(
        "No insolvency and no rescue aid; from %(young_years)s years of age capital and equity "
        "count too, and they are not known."
    ),
    "difficulty_young": _(
        "No insolvency and no rescue aid; under %(young_years)s years old, so lost capital does "
        "not count."
    ),
    "difficulty_lost": _(
        "Equity %(equity)s is less than half of the capital of %(capital)s: more than half is lost."
    ),
    "difficulty_sound": _(
        "No insolvency and no rescue aid; equity %(equity)s is at least half of the capital of "
        "%(capital)s."
    ),
    "sector_aid_law": _(
        "Registered activity %(listed)s: aid law leaves it out, so a person looks at whether the "
        "project is about it."
    ),
    "sector_policy": _(
        "Registered activity %(listed)s: the fund leaves it out, so a person looks at whether the "
        "project is about it."
    ),
    "sector_matching": _("Registered activity %(listed)s: a sector of the fund."),
    "sector_unlisted": _(
        "Registered activity %(activities)s: on none of the fund's lists, so nothing speaks "
        "against it."
    ),
    "sector_not_known": _(
        "No activity is known from the register, so the sector was not checked. Nobody is asked "
        "for it."
    ),
    "exclusions_none": _("Declared: no excluded activity, no export aid, no aid twice."),
    "exclusions_some": _(
        "The project has an excluded activity, export aid, or costs that are paid twice."
    ),
    "exclusions_unknown": _("A declaration on excluded activities or aid is missing."),
    "amount_unknown": _("The amount asked is not known."),
    "amount_low": _("%(asked)s asked: under the minimum of %(minimum)s."),
    "amount_high": _("%(asked)s asked: over the maximum of %(maximum)s."),
    "amount_within": _("%(asked)s asked: between %(minimum)s and %(maximum)s."),
    "cofinancing_unknown": _("The budget or the amount asked is not known."),
    "cofinancing_enough": _(
        "%(asked)s asked of a budget of %(budget)s: at least %(share)s comes from elsewhere."
    ),
    "cofinancing_short": _(
        "%(asked)s asked of a budget of %(budget)s: less than %(share)s comes from elsewhere."
    ),
    "headroom_unknown": _(
        "The de minimis aid received in the last three years, or the amount asked, is not known."
    ),
    "headroom_enough": _(
        "%(asked)s asked, %(headroom)s left under the ceiling of %(ceiling)s, with the aid counted "
        "since %(since)s."
    ),
    "headroom_short": _(
        "%(asked)s asked, but only %(headroom)s left under the ceiling of %(ceiling)s, with the "
        "aid counted since %(since)s: the whole award would fall outside the de minimis rule."
    ),
    "one_file_unknown": _("Other files of the enterprise in this call were not looked up."),
    "one_file_alone": _("No other open file of this enterprise in this call."),
    "one_file_several": _("The enterprise has another open file in this call: %(other_files)s."),
    "documents_unknown": _("The documents were not looked at."),
    "documents_there": _("Every document that is needed is there and can be read."),
    "documents_missing": _("Not there: %(missing)s."),
    "documents_unreadable": _(
        "No text could be read in: %(unread)s. A person opens it and says whether it is enough."
    ),
    "ethics_other_track": _("Not an e-health project: nothing is asked about ethics."),
    "ethics_not_required": _("Declared: no opinion of an ethics committee is required."),
    "ethics_obtained": _(
        "Opinion %(ethics_reference)s of %(ethics_committee)s, of %(ethics_on)s, is in the file."
    ),
    "ethics_no_opinion": _(
        "The opinion of an ethics committee is declared as obtained, but its details or the "
        "document are not in the file."
    ),
    "ethics_condition": _(
        "The opinion of an ethics committee is required and not there yet: it is a condition "
        "before payment."
    ),
    "ethics_unknown": _("Whether the opinion of an ethics committee is required is not known."),
    "track_unknown": _("The track of the project is not known."),
    "track_digital": _("A digital project."),
    "track_ehealth": _(
        "An e-health project: with health data, a medical device or health professionals."
    ),
    "track_mismatch": _(
        "Handed in as e-health, without health data, medical device or health professionals: a "
        "person looks at which track fits."
    ),
    "track_unanswered": _(
        "Handed in as e-health; the answers on health data, medical device and users are not "
        "complete."
    ),
}


def sentence(reason: str, inputs: dict[str, Any]) -> str:
    """The reason in the reader's language, filled with its inputs."""
    words = {name: shown(name, value) for name, value in inputs.items()}
    words["codes"] = ", ".join(filter(None, (words.get("seat"), words.get("establishments"))))
    return str(REASONS[reason]) % words
