"""Workers in numbers: how many due runs a server gives out, each once, and what a thousand workers cost that have nothing to do."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.harness import PROGRAMS, Bench, Failed, environment
from bench.peers import Segue
from bench.servers import Server, serving
from bench.table import Row
from segue.backend.holders import this_holder
from segue.backend.open import connect_backend
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.wire import workers as w
from segue.wire.requests import LeaseRequest

_WORKERS = 10
#: Runs that one claim is given at most.
_AT_ONCE = 10


def measure(bench: Bench, segue: Segue) -> Iterator[Row]:
    """Measure claims and idle workers."""
    due, idle = (1_000, 200) if bench.quick else (5_000, 1_000)
    claims = Row(f"claims, {_WORKERS} workers, {due:,} due runs", "/s")
    cpu = Row(f"{idle:,} idle workers, CPU of one core", "%", budget=10 if idle == 1_000 else None, better="less")
    memory = Row(f"{idle:,} idle workers, memory of the server", "MB", better="less")
    try:
        found = bench.quietly(lambda: _claims(bench, segue, due))
        claims.segue, claims.foreign = found.value, found.foreign
        claims.notes.append(f"each of {due:,} runs was claimed once, {_AT_ONCE} at a time")
        found = bench.quietly(lambda: _idle(bench, segue, idle))
        (cpu.segue, memory.segue, answered), cpu.foreign = found.value, found.foreign
        cpu.notes.append(f"{answered:,} of their requests were answered within half a minute, none was refused")
    except Failed as problem:
        claims.notes.append(str(problem))
    yield from (claims, cpu, memory)


def _claims(bench: Bench, segue: Segue, due: int) -> float:
    with serving(bench, segue) as server:
        server.ask("/work-pools", {"name": "here", "type": "process"})
        new = {"name": "many", "flow_name": "many", "entrypoint": "flows.py:many", "work_pool_name": "here"}
        deployment = server.ask("/deployments", new)["id"]
        for _ in range(due // 200):
            server.ask(f"/deployments/{deployment}/flow-runs/bulk", {"runs": [{"deployment_id": deployment}] * 200})
        claimed: list[str] = []
        began = time.perf_counter()
        threads = [threading.Thread(target=_work, args=(server, number, claimed)) for number in range(_WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        if not len(claimed) == len(set(claimed)) == due:
            raise Failed(f"of {due:,} due runs {len(set(claimed)):,} were claimed, in {len(claimed):,} claims")
        return due / seconds


def _work(server: Server, number: int, claimed: list[str]) -> None:
    backend = connect_backend(server.url, key=None, home=str(server.home / f"worker-{number}"))
    try:
        while True:
            asked = w.ClaimWork(
                id=new_id(), lease=LeaseRequest(holder=this_holder(), served=True, token=new_run_token()),
                worker_id=str(number), worker_name=f"w{number}", work_pool_name="here", limit=_AT_ONCE,
            )  # fmt: skip
            items = backend.call(w.WORK_CLAIM, asked).items
            if not items:
                return
            claimed.extend(item.run.id for item in items)
    finally:
        backend.close()


def _idle(bench: Bench, segue: Segue, count: int) -> tuple[float, float, int]:
    """Hundredths of a core and megabytes of a server at which so many workers wait, and how many requests it answered."""
    arriving, looked = 35.0, 30.0
    with serving(bench, segue) as server:
        server.ask("/work-pools", {"name": "idle", "type": "process"})
        # They wait for longer than is looked, so that none has gone.
        command = [
            segue.python,
            str(PROGRAMS / "idle_workers.py"),
            str(server.port),
            str(count),
            str(arriving + looked),
        ]
        process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            time.sleep(arriving)
            before, began = server.cpu, time.perf_counter()
            time.sleep(looked)
            used = 100 * (server.cpu - before) / (time.perf_counter() - began)
            memory = server.memory
            # Each was heard in the time of two claims.
            since = (datetime.now(UTC) - timedelta(seconds=2 * 25.0)).isoformat()
            online = len(server.ask("/workers/list", {"online": True, "beat_after": since, "limit": 1_000})["items"])
            out, _ = process.communicate(timeout=90)
        finally:
            process.kill()
            process.wait()
    if online != count:
        raise Failed(f"{count:,} workers beat, {online:,} are online")
    told = json.loads(out.decode().splitlines()[-1])
    if told["refused"]:
        raise Failed(f"{told['refused']:,} requests of idle workers were refused")
    return used, memory, told["answered"]
