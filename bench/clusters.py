"""Fanned out: many small mapped tasks on Dask and Ray, beside what the bare cluster needs for the same functions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.harness import Bench, Failed, run
from bench.peers import Package, Prefect, Segue
from bench.table import Row


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure both clusters; the peer with fewer, for it takes long."""
    count = 2_000 if bench.quick else 10_000
    for kind in ("dask", "ray"):
        row = Row(f"{count:,} small mapped tasks on {kind.title()}, as often as bare", "x", budget=2, better="less")
        try:
            found = bench.quietly(partial(_times, bench, segue, kind, count))
            (ours, bare), row.foreign = found.value, found.foreign
            row.segue = ours / bare
            row.notes.append(f"{ours:.1f} s, bare {bare:.1f} s")
            if prefect is not None:
                less = 200 if bench.quick else 500
                theirs = _seconds(bench, prefect, kind, less)
                row.prefect = (theirs / less) / (bare / count)
                row.notes.append(f"prefect-{kind} with {less:,}: {theirs:.1f} s")
        except Failed as problem:
            row.notes.append(str(problem))
        yield row


def _times(bench: Bench, segue: Segue, kind: str, count: int) -> tuple[float, float]:
    return _seconds(bench, segue, kind, count), _seconds(bench, segue, f"bare-{kind}", count)


def _seconds(bench: Bench, package: Package, how: str, count: int) -> float:
    with bench.home() as home:
        command: list[str | Path] = [package.python, package.ported("fanned", home), how, str(count)]
        return float(run(command, package.env(home), home).said["seconds"])
