"""Rules on money: what is asked, what comes from elsewhere, what the ceiling leaves."""

from dateutil.relativedelta import relativedelta

from brustart.fund import deminimis

from .facts import Facts
from .found import FAIL, NEEDS_EVIDENCE, PASS, Found, cite, found


def amount(facts: Facts) -> Found:
    """What is asked lies within the bounds of the call."""
    source = "Call rules [P]: no source, ask the fund"
    inputs = {"asked": facts.requested, "minimum": facts.minimum, "maximum": facts.maximum}
    if facts.requested is None:
        return found("amount", NEEDS_EVIDENCE, "unknown", source, **inputs)
    if facts.requested < facts.minimum:
        return found("amount", FAIL, "low", source, **inputs)
    if facts.requested > facts.maximum:
        return found("amount", FAIL, "high", source, **inputs)
    return found("amount", PASS, "within", source, **inputs)


def cofinancing(facts: Facts) -> Found:
    """At least a share of the costs is not asked from the fund."""
    share = facts.figure("eligibility.cofinancing_share")
    inputs = {"asked": facts.requested, "budget": facts.budget, "share": share.value}
    if facts.requested is None or facts.budget is None:
        return found("cofinancing", NEEDS_EVIDENCE, "unknown", cite(share), **inputs)
    enough = facts.budget > 0 and facts.budget - facts.requested >= share.value * facts.budget
    if enough:
        return found("cofinancing", PASS, "enough", cite(share), **inputs)
    return found("cofinancing", FAIL, "short", cite(share), **inputs)


def headroom(facts: Facts) -> Found:
    """What is asked fits under the de minimis ceiling of the undertaking, three calendar years
    looked back; it would fall as a whole otherwise."""
    ceiling = facts.figure("deminimis.ceiling")
    years = facts.figure("deminimis.years")
    since = facts.submitted_on - relativedelta(years=int(years.value))
    known = deminimis.counted(facts.aid, since=since)
    left = ceiling.value - known.elsewhere - known.here
    inputs = {
        "asked": facts.requested,
        "received": known.elsewhere,
        "granted": known.here,
        "since": since,
        "headroom": left,
        "ceiling": ceiling.value,
    }
    source = cite(ceiling, years)
    if facts.requested is not None and facts.requested > left:
        return found("headroom", FAIL, "short", source, **inputs)
    if facts.requested is None or not facts.aid_declared:
        return found("headroom", NEEDS_EVIDENCE, "unknown", source, **inputs)
    return found("headroom", PASS, "enough", source, **inputs)
