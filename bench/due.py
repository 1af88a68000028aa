"""How soon a run begins that is due: from the instant of a schedule, or of a request, to the first line of the flow.

Served by its own program, and by a process worker that is there already. For Prefect it is the same program and the same
schedules, with its default settings.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from bench.harness import Bench, Failed
from bench.peers import Package, Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row

#: Seconds. On a machine that others use as well Prefect's polls and starts take half a minute each.
_PATIENCE = 120.0
#: Seconds between two runs that are asked for, so that a poll's phase does not repeat.
_APART = 0.37


class Times:
    """Milliseconds from when runs were due to their first lines."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger

    def wait(self, count: int, patience: float) -> None:
        """Wait until so many runs have begun; raises `Failed`."""
        until(lambda: len(self.all()) >= count, patience, f"{count} runs to begin; {len(self.all())} did")

    def all(self) -> list[float]:
        """Return them in the order in which the runs began."""
        lines = self._ledger.read_text().splitlines() if self._ledger.exists() else []
        return [1000 * (float(at) - float(due)) for due, at in (line.split() for line in lines)]


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure runs of schedules and runs that are asked for, each served and by a worker."""
    rows = {
        ("worker", "schedule", 50): Row(
            "due by schedule to first line, process worker, p50", "ms", budget=150, better="less"
        ),
        ("worker", "schedule", 99): Row(
            "due by schedule to first line, process worker, p99", "ms", budget=500, better="less"
        ),
        ("serve", "schedule", 50): Row("due by schedule to first line, serve, p50", "ms", budget=150, better="less"),
        ("serve", "schedule", 99): Row("due by schedule to first line, serve, p99", "ms", budget=500, better="less"),
        ("worker", "asked", 50): Row("asked for to first line, process worker, p50", "ms", better="less"),
        ("serve", "asked", 50): Row("asked for to first line, serve, p50", "ms", better="less"),
    }
    for package in (segue, prefect):
        if package is None:
            continue
        for way in ("worker", "serve"):
            try:
                found = bench.quietly(partial(_of, bench, package, way))
            except Failed as problem:
                rows[way, "schedule", 50].notes.append(f"{package.name}: {problem}")
                continue
            _fill(rows, package, way, found.value, found.foreign)
    yield from rows.values()


def _fill(
    rows: dict[tuple[str, str, int], Row],
    package: Package,
    way: str,
    found: dict[str, list[float]],
    foreign: float | None,
) -> None:
    for (of, kind, part), row in rows.items():
        if of != way:
            continue
        times = sorted(found[kind])
        figure = times[min(len(times) - 1, len(times) * part // 100)] if part != 50 else statistics.median(times)
        word = "runs" if kind == "asked" else "instants"
        if package.name == "segue":
            row.segue, row.foreign = figure, foreign
            row.notes.append(f"{len(times)} {word}")
        else:
            row.prefect = figure
            row.notes.append(f"Prefect: {len(times)} {word}, {times[0]:,.0f} to {times[-1]:,.0f} ms")


def _of(bench: Bench, package: Package, way: str) -> dict[str, list[float]]:
    ours = package.name == "segue"
    instants, every = (10 if bench.quick else 30, 1.0) if ours else (4 if bench.quick else 8, 5.0)
    asked = (10 if bench.quick else 30) if ours else (2 if bench.quick else 4)
    with serving(bench, package) as server:
        with _ready(server, way, every) as (times, _):
            # The first ones are loaded from the disk.
            times.wait(instants + 2, _PATIENCE + every * instants)
            scheduled = times.all()[2:][:instants]
        with _ready(server, way, None) as (times, deployment):
            for number in range(asked + 1):
                time.sleep(_APART)
                _ask(server, deployment)
                times.wait(number + 1, _PATIENCE)
            return {"schedule": scheduled, "asked": times.all()[1:]}


@contextmanager
def _ready(server: Server, way: str, every: float | None) -> Iterator[tuple[Times, str]]:
    """Have somebody there who runs the flow; gives its times and the id of its deployment."""
    package, home = server.package, server.home
    folder = home / f"{way}-{every or 'asked'}"
    folder.mkdir()
    times, program = Times(folder / "ledger"), package.ported("due", home)
    ledger = str(folder / "ledger")
    if way == "serve":
        command = [package.python, str(program), ledger, *([str(every)] if every else [])]
        with running(server, command, folder):
            until(lambda: bool(_served(server, ledger)), _PATIENCE, "the deployment")
            yield times, _served(server, ledger)
        return
    pool = folder.name.replace(".", "-")
    _post(server, "/work-pools" if package.name == "segue" else "/work_pools/", {"name": pool, "type": "process"})
    with running(server, [package.command, "worker", "start", "--pool", pool], folder):
        until(lambda: _online(server, pool), _PATIENCE, "the worker")
        yield times, _deployed(server, pool, program, ledger, every)


@contextmanager
def running(server: Server, command: list[str], folder: Path) -> Iterator[None]:
    """Have a program of a server's package running; raises `Failed` where it ends by itself."""
    log: IO[bytes]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=server.package.env(server.home, url=server.url), cwd=folder, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log,
        )  # fmt: skip
    try:
        yield
        if process.poll() is not None:
            raise Failed(f"{command[-1]} ended with {process.returncode}: {(folder / 'log').read_text()[-300:]}")
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _served(server: Server, ledger: str) -> str:
    """Return the id of the deployment that a program has made to note in a ledger; nothing while there is none."""
    ours = server.package.name == "segue"
    try:
        found = server.ask("/flows/named/told/deployments/served" if ours else "/deployments/name/told/served")
    except Failed:
        return ""
    # An earlier program has left one of this name, whose runs would note elsewhere.
    return str(found["id"]) if found["parameters"] == {"ledger": ledger} and not found["paused"] else ""


def _online(server: Server, pool: str) -> bool:
    if server.package.name == "segue":
        return bool(server.ask("/workers/list", {"work_pool_names": [pool], "online": True})["items"])
    return bool(server.ask(f"/work_pools/{pool}/workers/filter", {}))


def _deployed(server: Server, pool: str, program: Path, ledger: str, every: float | None) -> str:
    """Deploy the flow to a pool; returns the id of the deployment."""
    anchor = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    facts: dict[str, Any] = {
        "name": pool, "entrypoint": f"{program.name}:told", "work_pool_name": pool, "parameters": {"ledger": ledger},
        "enforce_parameter_schema": False,
    }  # fmt: skip
    if server.package.name == "segue":
        made = _post(server, "/deployments", {**facts, "flow_name": "told", "path": str(program.parent)})
        if every:
            rule = {"type": "interval", "interval": every, "anchor": anchor}
            _post(server, f"/deployments/{made['id']}/schedules", {"schedules": [{"rule": rule}]})
        return str(made["id"])
    flow = _post(server, "/flows/", {"name": "told"})
    step = {"prefect.deployments.steps.set_working_directory": {"directory": str(program.parent)}}
    schedules = [{"schedule": {"interval": every, "anchor_date": anchor}, "active": True}] if every else []
    made = _post(
        server, "/deployments/", {**facts, "flow_id": flow["id"], "pull_steps": [step], "schedules": schedules}
    )
    return str(made["id"])


def _ask(server: Server, deployment: str) -> None:
    way = "flow-runs" if server.package.name == "segue" else "create_flow_run"
    _post(server, f"/deployments/{deployment}/{way}", {})


def _post(server: Server, path: str, body: object) -> Any:
    return server.ask(path, body)


def until(holds: Callable[[], bool], patience: float, what: str) -> None:
    """Wait for a condition; raises `Failed`."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.05)
