"""A server of each package: how it starts, what it needs while nothing happens, and how soon it shows what runs did."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.harness import Bench, Failed
from bench.peers import Package, Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure starts, idling, and task runs until they are visible."""
    new = Row("server start to healthy, new home", "ms", budget=800, better="less")
    again = Row("server start to healthy, database there", "ms", budget=800, better="less")
    cpu = Row("server idle, CPU of one core", "%", budget=0.5, better="less")
    memory = Row("server idle, memory", "MB", budget=80, better="less")
    tasks = _tasks_rows(bench)
    _ours(bench, segue, (new, again, cpu, memory), tasks)
    if prefect is not None:
        try:
            _theirs(bench, prefect, (new, again, cpu, memory), tasks)
        except Failed as problem:
            new.notes.append(f"Prefect: {problem}")
    yield from (new, again, cpu, memory, *tasks)


def _tasks_rows(bench: Bench) -> list[Row]:
    counts = (5_000,) if bench.quick else (1_000, 5_000, 20_000)
    return [
        Row(f"no-op tasks through a server until visible, {count:,}", "/s", budget=5_000 if count >= 5_000 else None)
        for count in counts
    ]


def _ours(bench: Bench, segue: Segue, rows: tuple[Row, Row, Row, Row], tasks: list[Row]) -> None:
    new, again, cpu, memory = rows
    times = 3 if bench.quick else 9
    try:
        found = bench.median(lambda: _start(bench, segue)[0], times)
        new.segue, new.foreign = found.value, found.foreign
        found = bench.median(lambda: _start(bench, segue)[1], times)
        again.segue, again.foreign = found.value, found.foreign
        with serving(bench, segue) as server:
            found = bench.median(lambda: _idle(server), 1 if bench.quick else 5)
            cpu.segue, cpu.foreign = found.value, found.foreign
            memory.segue, memory.foreign = server.memory, found.foreign
            for row in tasks:
                count = int(row.what.rpartition(" ")[2].replace(",", ""))
                found = bench.median(lambda count=count: _visible(server, count)[0], 1 if bench.quick else 5)
                row.segue, row.foreign = found.value, found.foreign
                row.notes.append("the clock stops when the server's own count shows every task run as Completed")
            memory.notes.append(f"{server.memory:.1f} MB after the flows of the rows below")
    except Failed as problem:
        new.notes.append(str(problem))


def _theirs(bench: Bench, prefect: Prefect, rows: tuple[Row, Row, Row, Row], tasks: list[Row]) -> None:
    new, again, cpu, memory = rows
    count = 200 if bench.quick else 1_000
    with bench.home() as home:
        with serving(bench, prefect, home) as server:
            new.prefect = 1000 * server.took
        with serving(bench, prefect, home) as server:
            again.prefect = 1000 * server.took
            cpu.prefect = bench.median(lambda: _idle(server), 1 if bench.quick else 5).value
            memory.prefect = server.memory
            rate, seen = _visible(server, count)
    for row in tasks:
        row.prefect = rate
        row.notes.append(f"Prefect: {count:,} sequential task runs; {seen}")


def _start(bench: Bench, package: Package) -> tuple[float, float]:
    """Milliseconds to the first healthy answer in a new home, and again in the same."""
    with bench.home() as home:
        with serving(bench, package, home) as server:
            first = 1000 * server.took
        with serving(bench, package, home) as server:
            return first, 1000 * server.took


def _idle(server: Server) -> float:
    """Hundredths of a core that a server uses while nobody asks it anything; its start is over before.

    The kernel counts in ticks, of which an idle server meets few: one look is worth little, so several are taken.
    """
    time.sleep(3)
    before, began = server.cpu, time.perf_counter()
    time.sleep(12)
    return 100 * (server.cpu - before) / (time.perf_counter() - began)


def _visible(server: Server, count: int) -> tuple[float, str]:
    """Task runs a second, from the flow's first call to the moment when the server shows all of them."""
    seen = server.watched("sequential", count, patience=90.0)
    if server.package.name == "segue" and seen.visible != seen.made:
        raise Failed(f"{seen.made:,} task runs were made, the server shows {seen.visible:,} as Completed")
    when = f"{seen.visible:,} visible {seen.after:.1f} s after the program ended"
    return seen.visible / (seen.at - seen.done.said["began"]), when
