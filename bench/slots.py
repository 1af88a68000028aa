"""How soon a slot that becomes free is used: by who waits for it in code, and by the next run of a deployment that is full."""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from bench.due import running, until
from bench.harness import Bench, Failed
from bench.peers import Package, Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row

#: Programs that want the one slot.
_PROGRAMS = 4
_PATIENCE = 120.0


class Gaps(NamedTuple):
    """Milliseconds for which a slot was free although somebody waited for it."""

    half: float
    most: float
    many: int


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure both kinds of slots."""
    rounds = 10 if bench.quick else 25
    code = Row("slot given back to taken by the next program, p50", "ms", better="less")
    code99 = Row("slot given back to taken by the next program, p99", "ms", budget=100, better="less")
    runs = Row("run over to the next one of a full deployment claimed, p50", "ms", better="less")
    runs99 = Row("run over to the next one of a full deployment claimed, p99", "ms", budget=100, better="less")
    try:
        found = bench.quietly(lambda: _in_code(bench, segue, rounds))
        _fill(code, code99, found.value, found.foreign)
        found = bench.quietly(lambda: _of_runs(bench, segue, rounds))
        _fill(runs, runs99, found.value, found.foreign)
    except Failed as problem:
        code.notes.append(str(problem))
    if prefect is not None:
        try:
            theirs = _in_code(bench, prefect, 4)
            code.prefect = theirs.half
            code.notes.append(f"Prefect: {theirs.many} times, {theirs.most:,.0f} ms at most")
        except Failed as problem:
            code.notes.append(f"prefect: {problem}")
    yield from (code, code99, runs, runs99)


def _fill(half: Row, most: Row, gaps: Gaps, foreign: float | None) -> None:
    half.segue, most.segue = gaps.half, gaps.most
    half.foreign = most.foreign = foreign
    half.notes.append(f"{gaps.many} times")


def _gaps(found: list[float]) -> Gaps:
    ordered = sorted(found)
    return Gaps(statistics.median(ordered), ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], len(ordered))


def _in_code(bench: Bench, package: Package, rounds: int) -> Gaps:
    """Let several programs take turns at a limit of one slot."""
    with serving(bench, package) as server:
        if package.name == "segue":
            server.ask("/concurrency-limits", {"name": "one", "limit": 1})
        else:
            server.ask("/v2/concurrency_limits/", {"name": "one", "limit": 1})
        ledger, program = server.home / "ledger", package.ported("slots", server.home)
        with ExitStack() as programs:
            started = [
                programs.enter_context(
                    subprocess.Popen(
                        [package.python, program, ledger, str(rounds)], env=package.env(server.home, url=server.url),
                        cwd=server.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    )
                )
                for _ in range(_PROGRAMS)
            ]  # fmt: skip
            if any(each.wait(_PATIENCE * 5) for each in started):
                raise Failed("a program that takes a slot did not end well")
        spans = sorted(tuple(map(float, line.split())) for line in ledger.read_text().splitlines())
    if len(spans) != _PROGRAMS * rounds or any(after[0] < before[1] for before, after in pairwise(spans)):
        raise Failed("two programs had the one slot at once")
    # Where the others have not begun yet, or have ended, nobody waits.
    amid = spans[_PROGRAMS:-_PROGRAMS]
    return _gaps([1000 * (after[0] - before[1]) for before, after in pairwise(amid)])


def _of_runs(bench: Bench, segue: Segue, rounds: int) -> Gaps:
    """Let the runs of a deployment that may have one at a time follow each other on a worker that is there."""
    with serving(bench, segue) as server:
        server.ask("/work-pools", {"name": "here", "type": "process"})
        program, ledger = segue.ported("due", server.home), server.home / "ledger"
        with running(server, [segue.command, "worker", "start", "--pool", "here"], server.home):
            new = {
                "name": "one", "flow_name": "told", "entrypoint": f"{program.name}:told", "path": str(program.parent),
                "work_pool_name": "here", "parameters": {"ledger": str(ledger)}, "concurrency_limit": 1,
            }  # fmt: skip
            deployment = server.ask("/deployments", new)["id"]
            asked = {"runs": [{"deployment_id": deployment}] * (rounds + 2)}
            server.ask(f"/deployments/{deployment}/flow-runs/bulk", asked)
            until(lambda: server.completed("flow_runs") == rounds + 2, _PATIENCE, "the runs to be over")
        return _gaps(_free(server))


def _free(server: Server) -> list[float]:
    found = server.ask("/flow-runs/list", {"limit": 200})["items"]
    spans = []
    for run in found:
        states = [each["state"] for each in server.ask(f"/flow-runs/{run['id']}/states")["items"]]
        begun = next(each["timestamp"] for each in states if each["type"] == "PENDING")
        spans.append((datetime.fromisoformat(begun), datetime.fromisoformat(states[-1]["timestamp"])))
    # The first one waits for nobody.
    return [1000 * (after[0] - before[1]).total_seconds() for before, after in pairwise(sorted(spans))][1:]
