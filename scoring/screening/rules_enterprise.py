"""Rules on the enterprise: its age, its place, its size, its health, its sector."""

from datetime import date

from dateutil.relativedelta import relativedelta

from brustart.cbe import region

from . import sectors
from .facts import Facts
from .found import FAIL, NEEDS_EVIDENCE, PASS, Found, cite, found


def age(facts: Facts) -> Found:
    """Younger than the age limit on the day of submission."""
    return age_at(facts, facts.submitted_on)


def age_at(facts: Facts, on: date) -> Found:
    """Younger than the age limit on that day: at submission, and again at an award."""
    limit = facts.figure("eligibility.age_years")
    years, born, source = int(limit.value), facts.started_on, cite(limit)
    inputs = {"founded_on": born, "day": on, "years": years}
    if facts.not_registered:
        return found("age", PASS, "unborn", source, years=years)
    if born is None:
        return found("age", NEEDS_EVIDENCE, "unknown", source, **inputs)
    if facts.registered.found:
        inputs["register_on"] = facts.registered.searched_on
    if on < born + relativedelta(years=years):
        return found("age", PASS, "young", source, **inputs)
    if _is_disputed(facts):
        return found("age", NEEDS_EVIDENCE, "disputed", source, **inputs)
    return found("age", FAIL, "old", source, **inputs)


def _is_disputed(facts: Facts) -> bool:
    """The register says so, and the startup says that the register is wrong."""
    return facts.registered.found and bool(facts.register_error)


def seat(facts: Facts) -> Found:
    """The seat, or an active establishment, in the 19 municipalities, by set of postal codes."""
    seat_only = facts.figure("eligibility.seat_only")
    source = f"{cite(seat_only)}; postal codes: bpost, BeST (S28, S30)"
    main, places = _places(facts)
    counted = ({main} if seat_only.value else {main, *places}) - {""}
    inside = sorted(counted & region.MUNICIPAL)
    inputs = {"seat": main, "establishments": places, "seat_only": bool(seat_only.value)}
    if facts.registered.found:
        inputs["register_on"] = facts.registered.searched_on
    if inside:
        return found("seat", PASS, "inside", source, inside=inside, **inputs)
    if counted & region.SPECIAL:
        return found("seat", NEEDS_EVIDENCE, "special", source, **inputs)
    declared = facts.establishment_postal_code
    if declared in region.MUNICIPAL | region.SPECIAL and not seat_only.value:
        return found("seat", NEEDS_EVIDENCE, "unlisted", source, declared=declared, **inputs)
    if not counted:
        return found("seat", NEEDS_EVIDENCE, "unknown", source, **inputs)
    if _is_disputed(facts):
        return found("seat", NEEDS_EVIDENCE, "disputed", source, **inputs)
    return found("seat", FAIL, "outside", source, **inputs)


def _places(facts: Facts) -> tuple[str, list[str]]:
    """The postal codes of the seat and of the establishments: as the register has them; where it
    is silent, as the startup says."""
    known, said = facts.registered, facts.establishment_postal_code
    if known.establishments is None:
        return known.seat or facts.postal_code, [said] if said else []
    return known.seat, sorted(known.establishments)


def size(facts: Facts) -> Found:
    """Micro or small: staff under 50, and turnover or balance sheet within 10 million EUR."""
    staff = facts.figure("size.small_staff")
    money = facts.figure("size.small_finance")
    inputs = {
        "staff": facts.staff,
        "turnover": facts.turnover,
        "balance_sheet": facts.balance_sheet,
        "staff_limit": int(staff.value),
        "finance_limit": money.value,
    }
    source = cite(staff, money)
    known = [amount for amount in (facts.turnover, facts.balance_sheet) if amount is not None]
    if facts.staff is not None and facts.staff >= staff.value:
        return found("size", FAIL, "staff", source, **inputs)
    if len(known) == 2 and min(known) > money.value:
        return found("size", FAIL, "finance", source, **inputs)
    if facts.staff is None or not known or min(known) > money.value:
        return found("size", NEEDS_EVIDENCE, "unknown", source, **inputs)
    return found("size", PASS, "small", source, **inputs)


def difficulty(facts: Facts) -> Found:
    """Not an undertaking in difficulty: neither insolvent nor under rescue, nor, from three years
    of age, with more than half of its capital lost (article 2(18), a, b, c and d)."""
    exempt = facts.figure("difficulty.young_years")
    years, source = int(exempt.value), cite(exempt)
    inputs = {
        "founded_on": facts.started_on,
        "day": facts.submitted_on,
        "insolvency": facts.insolvency,
        "rescue_aid": facts.rescue_aid,
        "capital": facts.capital,
        "equity": facts.equity,
        "young_years": years,
    }
    if facts.insolvency == "yes" or facts.rescue_aid == "yes":
        return found("difficulty", FAIL, "acute", source, **inputs)
    if not facts.registered.is_normal:
        known = facts.registered
        inputs |= {"situation": known.situation, "register_on": known.searched_on}
        return found("difficulty", NEEDS_EVIDENCE, "register", source, **inputs)
    if not facts.insolvency or not facts.rescue_aid:
        return found("difficulty", NEEDS_EVIDENCE, "unknown", source, **inputs)
    if facts.not_registered or _is_young(facts, years=years):
        return found("difficulty", PASS, "young", source, **inputs)
    if facts.capital is None or facts.equity is None:
        return found("difficulty", NEEDS_EVIDENCE, "figures", source, **inputs)
    if facts.equity >= facts.capital / 2:
        return found("difficulty", PASS, "sound", source, **inputs)
    if facts.started_on is None:  # it may still be too young for that to count
        return found("difficulty", NEEDS_EVIDENCE, "unknown", source, **inputs)
    return found("difficulty", FAIL, "lost", source, **inputs)


def _is_young(facts: Facts, *, years: int) -> bool:
    born = facts.started_on
    return born is not None and facts.submitted_on < born + relativedelta(years=years)


def sector(facts: Facts) -> Found:
    """What the enterprise does, by the register: an activity on a list of exclusions is looked at
    by a person; what counts is the project."""
    activities = sectors.newest(facts.registered.activities)
    inputs = {"activities": activities, "register_on": facts.registered.searched_on}
    for name in ("aid_law", "policy"):
        listed, source = sectors.on_list(name, activities, facts.rules_on)
        if listed:
            return found("sector", NEEDS_EVIDENCE, name, source, listed=listed, **inputs)
    matching, source = sectors.on_list("matching", activities, facts.rules_on)
    if matching:
        return found("sector", PASS, "matching", source, listed=matching, **inputs)
    reason = "unlisted" if activities else "not_known"
    return found("sector", PASS, reason, source, **inputs)
