"""How many no-op task runs a second, every state recorded: the clock stops when all of them are on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.harness import Bench, Failed
from bench.peers import Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row


@dataclass(frozen=True)
class Shape:
    """One way to run many tasks."""

    program: str
    what: str
    #: Runs counted: ours, those of a quick bench, and what the peer is given (its rate does not depend on it).
    counts: tuple[int, ...]
    quick: tuple[int, ...]
    peer: int
    budget: float | None = None
    remark: str = ""


SHAPES = (
    Shape("sequential", "no-op tasks, sequential", (1_000, 10_000, 50_000), (1_000, 10_000), 200, 10_000),
    Shape("submitted", "task.submit on threads", (10_000,), (5_000,), 200, 5_000),
    Shape("mapped", "task.map on threads", (10_000,), (5_000,), 200, 5_000),
    Shape("gathered", "async tasks, asyncio.gather", (10_000,), (5_000,), 200),
    Shape(
        "subflows",
        "subflows of one task",
        (1_000,),
        (500,),
        20,
        remark="; with its defaults each flow run ends by waiting for its heartbeat thread, about a second",
    ),
)


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure every shape; the peer runs against a local server of its own, which runs only while it is needed."""
    found = {shape: _rows(bench, segue, shape) for shape in SHAPES}
    if prefect is not None:
        with serving(bench, prefect) as server:
            for shape, rows in found.items():
                _beside(server, shape, rows)
    for rows in found.values():
        yield from rows


def _rows(bench: Bench, segue: Segue, shape: Shape) -> list[Row]:
    rows = []
    for count in shape.quick if bench.quick else shape.counts:
        row = Row(f"{shape.what}, {count:,}", "/s", budget=shape.budget)

        def once(count: int = count) -> float:
            with bench.home() as home:
                rate: float = segue.program(shape.program, home, count).said["rate"]
                return rate

        try:
            found = bench.median(once, 1 if bench.quick else 5)
        except Failed as problem:
            row.notes.append(str(problem))
        else:
            row.segue, row.foreign = found.value, found.foreign
            row.notes.append("after each run all task and flow runs made were found in the database, Completed")
        rows.append(row)
    return rows


def _beside(server: Server, shape: Shape, rows: list[Row]) -> None:
    try:
        done, seen = server.program(shape.program, shape.peer)
    except Failed as problem:
        rows[-1].notes.append(f"Prefect: {problem}")
        return
    for row in rows:
        row.prefect = done.said["rate"]
        row.notes.append(f"Prefect: {shape.program}, {shape.peer} against a running local server; {seen}{shape.remark}")
