"""The figures as a table for people and as JSON for comparing runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.measuring import Figure, Side

HEAD = ("", "control/s", "ours/s", "ours : control", "lowest - highest")


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure, then what stood on each side."""
    rows = [HEAD, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    notes = [f"{one.name}: control = {one.control.what}; ours = {one.ours.what}" for one in figures]
    return "\n".join([*lines, "", *notes])


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
    burst = conditions["burst"]
    return [
        *(
            f"register, {what}: the import held at most {peak} MiB"
            for what, peak in conditions["peak_mib_of_imports"].items()
        ),
        f"burst: {burst['files']:,} files handed in by {burst['requests']:,} requests in "
        f"{burst['seconds']:,.1f} s; none lost, none doubled",
    ]


def write(path: Path, figures: Sequence[Figure], conditions: dict[str, Any]) -> None:
    """JSON: the conditions of the run, and each figure with all its rounds (rates in 1/s)."""
    told = conditions | {"figures": [_told(one) for one in figures]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


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
