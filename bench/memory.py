"""Peak memory of one process that makes very many task runs: it must not grow with what it has done."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Bench, Failed
from bench.peers import Prefect, Segue
from bench.servers import serving
from bench.table import Row

#: How much more than at the mark before may be in use at the last one and still be called flat. (At the first marks the queue
#: of records, which is bounded, may not have been full yet.)
FLAT = 1.1
_PEER = (100, 500)


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure direct and submitted task runs."""
    marks = (10_000, 20_000, 30_000) if bench.quick else (10_000, 50_000, 100_000)
    for how in ("direct", "submitted"):
        row = Row(f"peak memory at {marks[-1]:,} task runs, {how}", "MB", better="less")
        try:
            found = bench.quietly(lambda how=how: _marks(bench, segue, how, marks))
        except Failed as problem:
            row.notes.append(str(problem))
        else:
            used, row.foreign = found.value, found.foreign
            row.segue, row.budget = used[-1], round(FLAT * used[-2], 1)
            told = ", ".join(f"{use:.1f} MB at {mark:,}" for mark, use in zip(marks, used, strict=True))
            row.notes.append(f"{how}: {told}; flat means within {FLAT - 1:.0%} of the mark before")
        if prefect is not None and how == "direct":
            _beside(bench, row, prefect)
        yield row


def _marks(bench: Bench, segue: Segue, how: str, marks: tuple[int, ...]) -> list[float]:
    with bench.home() as home:
        said = segue.program("memory", home, how, *marks).said
    return [float(said["peak"][str(mark)]) for mark in marks]


def _beside(bench: Bench, row: Row, prefect: Prefect) -> None:
    try:
        with serving(bench, prefect) as server:
            done, seen = server.program("memory", "direct", *_PEER)
    except Failed as problem:
        row.notes.append(f"Prefect: {problem}")
        return
    used = done.said["peak"]
    row.prefect = float(used[str(_PEER[-1])])
    told = ", ".join(f"{used[str(mark)]:.1f} MB at {mark}" for mark in _PEER)
    row.notes.append(f"Prefect, client process alone: {told}; {seen}")
