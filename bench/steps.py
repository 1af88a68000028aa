"""Durable steps: each is on disk before the next begins, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.harness import Bench, Failed
from bench.peers import Dbos, Segue
from bench.postgresql import postgresql
from bench.table import Row

_BUDGETS = {"SQLite": 1_500, "PostgreSQL": 1_000}


def measure(bench: Bench, segue: Segue, dbos: Dbos | None) -> Iterator[Row]:
    """Measure both databases."""
    yield _row(bench, segue, dbos, "SQLite", lambda home, name: f"sqlite:///{home / name}.db")
    try:
        with postgresql(bench) as made:
            yield _row(bench, segue, dbos, "PostgreSQL", lambda _home, name: made(name))
    except ImportError as problem:
        yield Row("durable steps, PostgreSQL", "/s", budget=_BUDGETS["PostgreSQL"], notes=[f"no server: {problem}"])


def _row(bench: Bench, segue: Segue, dbos: Dbos | None, kind: str, made: Callable[[Path, str], str]) -> Row:
    count = 1_000 if bench.quick else 3_000
    row = Row(f"durable steps, {kind}, {count:,}", "/s", budget=_BUDGETS[kind])
    row.notes.append(
        f"{kind}: a step waits for two disk flushes; one alone took {_flush(bench) * 1e6:.0f} µs just before"
    )
    times = 1 if bench.quick else 5

    def ours() -> float:
        with bench.home() as home:
            return float(segue.program("durable", home, count, database=made(home, "segue")).said["rate"])

    def theirs() -> float:
        assert dbos is not None
        with bench.home() as home:
            return float(dbos.steps(home, made(home, "dbos"), count // 3).said["rate"])

    try:
        found = bench.median(ours, times)
        row.segue, row.foreign = found.value, found.foreign
    except Failed as problem:
        row.notes.append(str(problem))
    if dbos is not None:
        try:
            row.dbos = bench.median(theirs, times).value
            row.notes.append(f"DBOS {dbos.version}: {count // 3:,} steps of one workflow")
        except Failed as problem:
            row.notes.append(f"DBOS: {problem}")
    return row


def _flush(bench: Bench) -> float:
    """Seconds that the disk takes to make a few bytes durable: the limit that no program beats."""
    taken = []
    with bench.home() as home, (home / "flushed").open("wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(40))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)
