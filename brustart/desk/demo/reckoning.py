"""The figures of a file of the demo: milestones, cash, size, aid received."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil

from dateutil.relativedelta import relativedelta

from .entries import Answers, Entry, parts
from .staffing import raised

CAPITAL_COUNTS_FROM = 3  # years
ONE_GRANT, SMALL_GRANT = 10_000, 20_000  # EUR: more is two grants; more than that is research
LATEST, EARLIEST = 30, 700  # days before


def work_plan(entry: Entry) -> Answers:
    """Milestones over the whole duration, with amounts that add up to what is asked."""
    project = entry.of("project")
    if "milestones" not in project:
        return {}
    count = project["milestones"]
    rows = [_milestone(entry, number, count) for number in range(1, count + 1)]
    if requested := entry.of("budget").get("requested"):
        for row, amount in zip(rows, parts(requested, count, 500), strict=True):
            row["amount"] = amount
    return {
        "plan": project["work_plan"],
        "duration_months": project["duration_months"],
        "milestones": rows,
    }


def _milestone(entry: Entry, number: int, count: int) -> Answers:
    """The last step of the pool comes last; the others are spread."""
    steps = entry.pool["kind"][entry.told["kind"]]["milestones"]
    place = round((number - 1) * (len(steps) - 1) / (count - 1)) if count > 1 else -1
    title, deliverable = entry.dice(f"milestone {number}").choice(steps[place])
    months = round(entry.of("project")["duration_months"] * number / count)
    due_on = entry.begins_on + relativedelta(months=months, days=-1)
    return {"title": title, "due_on": due_on, "deliverable": deliverable}


def budget(entry: Entry) -> Answers:
    """The money by quarter: own money first, the award in parts."""
    if not entry.is_whole:
        return {}
    requested = entry.of("budget")["requested"]
    count = ceil(entry.of("project")["duration_months"] / 3)
    granted, spent = parts(requested, count, 500), parts(entry.costs, count, 100)
    cash = [
        {"quarter": _quarter(entry, number), "money_in": money_in, "money_out": money_out}
        for number, (money_in, money_out) in enumerate(zip(granted, spent, strict=True))
    ]
    cash[0]["money_in"] = granted[0] + entry.costs - requested
    return {"raised_so_far": raised(entry), "cash": cash}


def _quarter(entry: Entry, number: int) -> str:
    day = entry.begins_on + relativedelta(months=3 * number)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def size(entry: Entry) -> Answers:
    """The startup's own figures; capital and equity only where they count."""
    startup = entry.of("startup")
    names = ("staff", "turnover", "balance_sheet")
    answers = {name: startup[name] for name in names if name in startup}
    if entry.is_whole:
        answers |= {"insolvency": "no", "rescue_aid": "no"}
        if entry.founded_on + relativedelta(years=CAPITAL_COUNTS_FROM) <= entry.on:
            capital = parts(startup["balance_sheet"], 3, 1000)[0]
            answers |= {"capital": capital, "equity": capital * 9 // 10}
    return answers


def aid(entry: Entry) -> Answers:
    """One or two grants of the last two years that add up to what was received."""
    received = entry.of("budget").get("de_minimis_received")
    if received is None:
        return {}
    if not received:
        return {"any_aid": "none"}
    dice = entry.dice("aid")
    first = received if received <= ONE_GRANT else dice.choice((5_000, 7_500))
    amounts = [amount for amount in (first, received - first) if amount]
    grants = dice.sample(entry.pool["grants"], 2)
    if amounts[-1] > SMALL_GRANT:
        grants[1] = entry.pool["research"]
    days = sorted(dice.sample(range(LATEST, min(_age(entry), EARLIEST)), len(amounts)))
    rows = [
        _grant(grant, entry.on - relativedelta(days=day), Decimal(amount))
        for grant, day, amount in zip(grants, days, amounts, strict=False)
    ]
    return {"any_aid": "some", "aid": rows}


def _age(entry: Entry) -> int:
    return (entry.on - entry.founded_on).days


def _grant(grant: Sequence[str], granted_on: date, amount: Decimal) -> Answers:
    authority, measure = grant
    return {
        "authority": authority,
        "measure": measure,
        "granted_on": granted_on,
        "amount": amount,
    }
