"""Background tasks through one server: from the hand-over to the value, with one task worker."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.harness import Bench, Failed, run
from bench.peers import Package, Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row

#: Runs at a time, of either worker.
_LIMIT = 50


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure throughput and latency; of the peer with fewer, for it takes long."""
    many, few = (2_000, 400) if bench.quick else (10_000, 2_000)
    rate = Row(f"background tasks, {many:,} handed over at once, until all values are read", "/s", budget=1_000)
    p50 = Row("background task, eight callers at a time, call to value, p50", "ms", better="less")
    p99 = Row("background task, eight callers at a time, call to value, p99", "ms", better="less")
    single = Row(
        f"background tasks, {many:,} handed over one by one by eight threads, until all are read", "/s", budget=1_000
    )
    rows = (rate, single, p50, p99)
    try:
        found = bench.quietly(lambda: _of(bench, segue, many, few))
        (rate.segue, single.segue, p50.segue, p99.segue), foreign = found.value, found.foreign
        for row in rows:
            row.foreign = foreign
        rate.notes.append(f"every value was read, and the server shows {many:,} runs as Completed")
        if prefect is not None:
            less = 100 if bench.quick else 300
            (rate.prefect, single.prefect, p50.prefect, p99.prefect) = _of(bench, prefect, less, less)
            for row in rows:
                row.notes.append(f"prefect with {less:,}")
    except Failed as problem:
        for row in rows:
            row.notes.append(str(problem))
    yield from rows


def _of(bench: Bench, package: Package, many: int, few: int) -> tuple[float, float, float, float]:
    with serving(bench, package) as server, _worker(server):
        mapped, handed = _said(server, "map", many), _said(server, "hand", many)
        delayed = _said(server, "delay", few)
        return many / mapped["seconds"], many / handed["seconds"], delayed["p50"], delayed["p99"]


def _said(server: Server, how: str, count: int) -> dict[str, Any]:
    before = server.completed()
    package = server.package
    program = package.ported("background", server.home)
    done = run([package.python, program, how, str(count)], package.env(server.home, url=server.url), server.home)
    # One more, by which the program sees that the worker is there.
    if package.name == "segue" and (made := server.completed() - before) != count + 1:
        raise Failed(f"of {count + 1:,} background tasks the server shows {made:,} as Completed")
    return done.said


@contextmanager
def _worker(server: Server) -> Iterator[None]:
    package = server.package
    command: list[str | Path] = [package.python, package.ported("background", server.home), "serve", str(_LIMIT)]
    process = subprocess.Popen(
        command, env=package.env(server.home, url=server.url), cwd=server.home, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
