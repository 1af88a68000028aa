"""Flow runs made and moved through the HTTP API, by one, eight and thirty-two clients at once, on both databases."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.harness import Bench, Failed
from bench.peers import Prefect, Segue
from bench.postgresql import postgresql
from bench.servers import Load, Request, serving
from bench.table import Row

_CLIENTS = (1, 8, 32)
_BUDGET = 2_500


@dataclass
class Calls:
    """The rows of one database."""

    made: dict[int, Row]
    moved: dict[int, Row]

    @classmethod
    def on(cls, database: str) -> Calls:
        """Empty rows."""
        budget = _BUDGET if database == "SQLite" else None

        def row(what: str, clients: int) -> Row:
            return Row(
                f"flow runs {what}, {database}, {clients} client{'s' if clients > 1 else ''}", "/s",
                budget=budget if clients == 32 else None,
            )  # fmt: skip

        return cls({n: row("created", n) for n in _CLIENTS}, {n: row("moved", n) for n in _CLIENTS})


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure both databases."""
    calls = Calls.on("SQLite")
    _into(calls, lambda: _ours(bench, segue, calls, ""))
    if prefect is not None:
        _into(calls, lambda: _theirs(bench, prefect, calls, ""))
    yield from (*calls.made.values(), *calls.moved.values())
    calls = Calls.on("PostgreSQL")
    try:
        with postgresql(bench) as made:
            _into(calls, lambda: _ours(bench, segue, calls, made("segue")))
            if prefect is not None and not bench.quick:
                url = made("prefect").replace("postgresql://", "postgresql+asyncpg://")
                _into(calls, lambda: _theirs(bench, prefect, calls, url))
    except ImportError as problem:
        calls.made[1].notes.append(f"no server: {problem}")
    yield from (*calls.made.values(), *calls.moved.values())


def _into(calls: Calls, measured: Callable[[], None]) -> None:
    try:
        measured()
    except Failed as problem:
        calls.made[1].notes.append(str(problem))


def _ours(bench: Bench, segue: Segue, calls: Calls, database: str) -> None:
    count = 2_000 if bench.quick else 6_000
    with serving(bench, segue, database=database) as server:
        ended = 0
        for clients in _CLIENTS:

            def once(clients: int = clients) -> tuple[Load, Load]:
                ids = [str(uuid7()) for _ in range(count)]
                created = server.load([_new(id) for id in ids], clients)
                # Each run is started, then ended: two moves, the second of which closes whatever is open below it.
                moved = server.load([_move(id, "RUNNING") for id in ids], clients)
                closed = server.load([_move(id, "COMPLETED") for id in ids], clients)
                return created, _both(moved, closed)

            found = bench.quietly(once)
            ended += count
            _fill(calls.made[clients], found.value[0], found.foreign)
            _fill(calls.moved[clients], found.value[1], found.foreign)
        shown = server.completed("flow_runs")
        if shown < ended:
            raise Failed(f"{ended:,} flow runs were made and ended, the server shows {shown:,} as Completed")
        note = "afterwards the server showed every flow run as Completed"
        for row in (*calls.made.values(), *calls.moved.values()):
            row.notes.append(note)


def _both(one: Load, other: Load) -> Load:
    """Two loads as one; the worse of their latencies."""
    return Load(
        one.seconds + other.seconds, one.began, one.done + other.done, {**one.failed, **other.failed},
        one.first or other.first, [], max(one.p50, other.p50), max(one.p95, other.p95), max(one.p99, other.p99),
    )  # fmt: skip


def _fill(row: Row, load: Load, foreign: float | None) -> None:
    row.notes.append(load.told)
    if load.failed:
        raise Failed(f"{row.what}: {load.failed}: {load.first}")
    row.segue, row.foreign = load.rate, foreign


def _theirs(bench: Bench, prefect: Prefect, calls: Calls, database: str) -> None:
    count = 100 if bench.quick else 400
    with serving(bench, prefect, database=database) as server:
        flow = server.ask("/flows/", {"name": "load"})["id"]

        def new() -> Request:
            body = {"flow_id": flow, "name": uuid.uuid4().hex[:12], "state": {"type": "PENDING", "name": "Pending"}}
            return "POST", "/flow_runs/", body

        for clients in _CLIENTS:
            created = server.load([new() for _ in range(count)], clients)
            calls.made[clients].prefect = created.rate
            calls.made[clients].notes.append(f"Prefect, {count} created by {clients}: {created.told}")
            # Of those that one client could make: moved runs must exist.
            ids = server.load([new() for _ in range(count)], 1, keep="id").kept
            moved = server.load([_set_state(id) for id in ids], clients)
            calls.moved[clients].prefect = moved.rate
            calls.moved[clients].notes.append(f"Prefect, {len(ids)} moved by {clients}: {moved.told}")


def _set_state(id: str) -> Request:
    return "POST", f"/flow_runs/{id}/set_state", {"state": {"type": "RUNNING", "name": "Running"}}


def _new(id: str) -> Request:
    body = {
        "id": id, "flow_name": "load", "name": f"load-{id[-6:]}", "states": [_state("PENDING")],
        "parameters": {"day": "2026-01-31"}, "tags": ["load"],
    }  # fmt: skip
    return "POST", "/flow-runs", body


def _move(id: str, kind: str) -> Request:
    return "POST", f"/flow-runs/{id}/propose", {"state": _state(kind)}


def _state(kind: str) -> dict[str, str]:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"type": kind, "id": str(uuid7()), "name": kind.capitalize(), "timestamp": at}


def uuid7() -> uuid.UUID:
    """A UUID of version 7: clients make their ids themselves."""
    high = (time.time_ns() // 1_000_000 << 16) | 0x7000 | (uuid.uuid4().int & 0xFFF)
    return uuid.UUID(int=(high << 64) | (0b10 << 62) | (uuid.uuid4().int & ((1 << 62) - 1)))
