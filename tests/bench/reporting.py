"""The figures as a table for people and as JSON for comparing runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.measuring import Delays, Figure, Side

HEAD = ("", "control/s", "ours/s", "ours : control", "lowest - highest")
DELAYS_HEAD = ("", "median ms", "95th percentile ms")


def text(figures: Sequence[Figure], delays: Sequence[Delays], conditions: dict[str, Any]) -> str:
    """All of it for people; what was not measured is left out."""
    parts = [table(figures) if figures else "", delays_table(delays) if delays else ""]
    return "\n\n".join(one for one in [*parts, "\n".join(remarks(conditions))] if one)


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure, then what stood on each side."""
    notes = [f"{one.name}: control = {one.control.what}; ours = {one.ours.what}" for one in figures]
    return "\n".join([*_lines([HEAD, *map(_row, figures)]), "", *notes])


def delays_table(delays: Sequence[Delays]) -> str:
    """A line for each, the control's first."""
    rows = [(one.what, _ms(one.median), _ms(one.late)) for one in delays]
    return "\n".join(_lines([DELAYS_HEAD, *rows]))


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.1f}"


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [_line(row, widths) for row in rows]


def _row(figure: Figure) -> tuple[str, ...]:
    lowest, highest = min(figure.ratios), max(figure.ratios)
    return (
        figure.name,
        f"{figure.control.median:,.1f}",
        f"{figure.ours.median:,.1f}",
        f"{figure.ratio:.3f}",
        f"{lowest:.3f} - {highest:.3f}",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = row
    cells = [name.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
    return "  ".join(cells)


def remarks(conditions: dict[str, Any]) -> list[str]:
    """What is told beside the table, a line each."""
    imports = conditions.get("peak_mib_of_imports", {})
    commands = conditions.get("peak_mib_of_rescreening", {})
    told = [f"register, {what}: the import held at most {mib} MiB" for what, mib in imports.items()]
    told += [
        f"re-screening, {what}: the command held at most {mib} MiB"
        for what, mib in commands.items()
    ]
    if burst := conditions.get("burst"):
        told.append(
            f"burst: {burst['files']:,} files handed in by {burst['requests']:,} requests in "
            f"{burst['seconds']:,.1f} s; none lost, none doubled"
        )
    if drained := conditions.get("drained"):
        told.append(
            f"drained: {drained['files']:,} files handed in within {drained['handed_in']:,.1f} s, "
            f"the last verdict after {drained['screened']:,.1f} s, papers and mail after "
            f"{drained['quiet']:,.1f} s; none lost, none doubled, nothing tried twice"
        )
    return told


def write(
    path: Path, figures: Sequence[Figure], delays: Sequence[Delays], conditions: dict[str, Any]
) -> None:
    """JSON: the conditions of the run, each figure with all its rounds (rates in 1/s), delays."""
    told = conditions | {"figures": [_told(one) for one in figures]}
    told["delays_ms"] = [_delayed(one) for one in delays]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _delayed(delays: Delays) -> dict[str, Any]:
    figures = {"median": delays.median, "p95": delays.late, "longest": max(delays.each)}
    in_ms = {name: round(1000 * seconds, 1) for name, seconds in figures.items()}
    return {"what": delays.what, "count": len(delays.each), **in_ms}


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "ratio": round(figure.ratio, 4),
        "ratios": [round(one, 4) for one in figure.ratios],
        "control": _side(figure.control),
        "ours": _side(figure.ours),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "what": side.what,
        "median": round(side.median, 2),
        "rates": [round(one, 2) for one in side.rates],
    }
