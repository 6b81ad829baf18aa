"""The people of a startup of the demo: who works on it, and who owns it."""

from random import Random

from . import content
from .entries import Answers, Entry

MOST_EMPLOYEES = 3
INVESTOR_FROM, INVESTOR_SHARE = 30_000, 12  # EUR raised, percent
HALF = 50


def team(entry: Entry) -> Answers:
    """The founders, full-time ones first, then whom they employ."""
    startup, dice = entry.of("startup"), entry.dice("people")
    if "founders" not in startup:
        return {}
    count = startup["founders"]
    names = [entry.founder, *_people(dice, count - 1 + MOST_EMPLOYEES)]
    members = [_founder(entry, place, names[place]) for place in range(count)]
    employed = min(max(int(startup.get("staff", 0)) - count, 0), MOST_EMPLOYEES)
    work = dice.sample(entry.pool["employees"], employed)
    members += [
        {"name": name, "task": task, "background": before, "time": dice.choice((80, 100))}
        for name, (task, before) in zip(names[count:], work, strict=False)
    ]
    return {"skills": startup.get("skills", []), "members": members}


def _people(dice: Random, count: int) -> list[str]:
    people = content.read("pools")["people"]
    given, family = (dice.sample(people[part], count) for part in ("given", "family"))
    return [f"{first} {last}" for first, last in zip(given, family, strict=True)]


def _founder(entry: Entry, place: int, name: str) -> Answers:
    work = _work(entry, place)
    backgrounds, tasks = work["backgrounds"], work["tasks"]
    first = entry.dice("background").randrange(len(backgrounds))
    full_time = place < entry.of("startup")["full_time_founders"]
    return {
        "name": name,
        "task": tasks[place % len(tasks)] if place else work["lead"],
        "time": 100 if full_time else entry.dice(name).choice((40, 50, 60)),
        "background": backgrounds[(first + place) % len(backgrounds)],
        "founder": True,
    }


def _work(entry: Entry, place: int) -> Answers:
    """The founders share the skills that the startup says it has."""
    skills = entry.of("startup").get("skills") or ["technical"]
    skill = skills[place % len(skills)]
    work: Answers = entry.pool["work"]["care" if skill == "domain" and entry.is_ehealth else skill]
    return work


def ownership(entry: Entry) -> Answers:
    """The founders, and an investor where much was raised; no enterprise."""
    if not entry.is_whole:
        return {}
    investor = INVESTOR_SHARE if raised(entry) >= INVESTOR_FROM else 0
    founders = [row for row in team(entry)["members"] if row.get("founder")]
    shares = _shares(100 - investor, len(founders))
    owners = [
        _owner(row["name"], "person", share) for row, share in zip(founders, shares, strict=True)
    ]
    if investor:
        name = entry.dice("ownership").choice(entry.pool["investors"])
        owners.append(_owner(name, "investor", investor))
    return {"owners": owners}


def raised(entry: Entry) -> int:
    """EUR from others until now: a part of the balance sheet, in round figures."""
    percent = entry.dice("raised").choice((0, 15, 25, 40))
    return int(entry.of("startup")["balance_sheet"] * percent / 100) // 5000 * 5000


def _owner(name: str, kind: str, share: int) -> Answers:
    return {"name": name, "kind": kind, "share": share, "control": "yes" if share > HALF else "no"}


def _shares(whole: int, count: int) -> list[int]:
    """The first founder holds somewhat more than the others."""
    part = whole // (count + 1) + 5
    return [whole - part * (count - 1), *[part] * (count - 1)]
