"""The figures as a table for people, or as JSON."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Literal

from bench.load import QUIET

HEAD = ("what", "segue", "budget", "met", "prefect", "ratio", "dbos", "ratio", "others", "note")


@dataclass
class Row:
    """One thing measured, side by side."""

    what: str
    unit: str
    segue: float | None = None
    prefect: float | None = None
    dbos: float | None = None
    budget: float | None = None
    #: Whether a smaller figure is the better one.
    better: Literal["less", "more"] = "more"
    #: Cores used by others while ours was measured, at most.
    foreign: float | None = None
    #: What was checked, what went wrong, what a peer was measured on instead.
    notes: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None where there is none."""
        if self.budget is None:
            return None
        if self.segue is None:
            return False
        return self.segue <= self.budget if self.better == "less" else self.segue >= self.budget

    @property
    def disturbed(self) -> bool:
        """Whether others used so much of the machine that the figure is only a bound."""
        return self.foreign is not None and self.foreign > QUIET

    def ratio(self, other: float | None) -> float | None:
        """How many times better ours is than another's."""
        if not other or not self.segue:
            return None
        return other / self.segue if self.better == "less" else self.segue / other


def as_json(rows: list[Row], facts: dict[str, str]) -> str:
    """Return everything as one JSON object."""
    items = [
        {
            **asdict(row), "met": row.met, "disturbed": row.disturbed, "prefect_ratio": row.ratio(row.prefect),
            "dbos_ratio": row.ratio(row.dbos),
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"facts": facts, "rows": items}, indent=2)


def as_text(rows: list[Row], facts: dict[str, str]) -> str:
    """Return a table, its notes numbered below it."""
    notes: list[str] = []
    lines: list[tuple[str, ...]] = [HEAD]
    for row in rows:
        at = []
        for note in row.notes:
            if note not in notes:
                notes.append(note)
            at.append(str(notes.index(note) + 1))
        lines.append(_cells(row, ",".join(at)))
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    drawn = [_drawn(line, widths) for line in lines]
    drawn.insert(1, "  ".join("-" * width for width in widths))
    missed = [row.what for row in rows if row.met is False]
    verdict = f"Budgets missed: {', '.join(missed)}." if missed else "Every budget is met."
    if any(row.disturbed for row in rows):
        verdict += f" Rows marked ~ were taken while others used more than {QUIET} cores: read them as bounds."
    told = [f"{name}: {fact}" for name, fact in facts.items()]
    numbered = [
        textwrap.fill(f"{number}. {note}", 118, subsequent_indent="   ") for number, note in enumerate(notes, start=1)
    ]
    return "\n".join([*told, "", *drawn, "", *numbered, "", verdict])


def _cells(row: Row, notes: str) -> tuple[str, ...]:
    sign = "≤" if row.better == "less" else "≥"
    met = {None: "", True: "yes", False: "NO"}[row.met]
    others = "?" if row.foreign is None else f"{row.foreign:.1f}" + ("~" if row.disturbed else "")
    return (
        row.what, _figure(row.segue, row.unit), "" if row.budget is None else f"{sign} {_figure(row.budget, row.unit)}", met,
        _figure(row.prefect, row.unit), _times(row.ratio(row.prefect)), _figure(row.dbos, row.unit),
        _times(row.ratio(row.dbos)), others, notes,
    )  # fmt: skip


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{text}{'' if unit.startswith(('x', '/')) else ' '}{unit}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,.0f}x" if ratio >= 10 else f"{ratio:.1f}x"


def _drawn(line: tuple[str, ...], widths: list[int]) -> str:
    # Words to the left, figures to the right.
    cells = [
        cell.ljust(width) if column in {0, 3, 9} else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
