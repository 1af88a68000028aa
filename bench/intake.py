"""Log lines and events: how many a second a server takes in and gives out again, and how soon a change is heard in its stream."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.harness import PROGRAMS, Bench, Failed, run
from bench.peers import Prefect, Segue
from bench.servers import Load, Request, Server, serving
from bench.table import Row

#: Clients, and lines or events of one request.
_CLIENTS, _BATCH = 4, 100


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure lines, events and the stream."""
    rows = {
        "events": Row("events in, until visible", "/s", budget=5_000),
        "single": Row("events in, one a request, 32 clients", "/s"),
        "events out": Row("events out, in pages", "/s"),
        "lines": Row("log lines in, until visible", "/s"),
        "lines out": Row("log lines out, in pages", "/s"),
        "p50": Row("state change to stream, p50", "ms", better="less"),
        "p99": Row("state change to stream, p99", "ms", better="less"),
    }
    try:
        with serving(bench, segue) as server:
            _Ours(bench, server).fill(rows)
    except Failed as problem:
        rows["events"].notes.append(str(problem))
    if prefect is not None:
        try:
            with serving(bench, prefect) as server:
                _Theirs(bench, server).fill(rows)
        except Failed as problem:
            rows["events"].notes.append(f"Prefect: {problem}")
    yield from rows.values()


class _Ours:
    """Measures this package's server."""

    def __init__(self, bench: Bench, server: Server) -> None:
        self._bench = bench
        self._server = server
        self._count = 20_000 if bench.quick else 100_000

    def fill(self, rows: dict[str, Row]) -> None:
        """Measure everything into the rows."""
        for name, measured in (
            ("events", self._events), ("single", self._single), ("events out", self._events_out), ("lines", self._lines),
            ("lines out", self._lines_out),
        ):  # fmt: skip
            found = self._bench.quietly(measured)
            rows[name].segue, rows[name].foreign = found.value, found.foreign
        rows["events"].notes.append(
            f"{self._count:,} in batches of {_BATCH}, {_CLIENTS} clients: the server shows every one of them"
        )
        rows["lines"].notes.append(
            f"{self._count:,} as records of {_CLIENTS} runs, in batches of {_BATCH}: the server shows every one"
        )
        found = self._bench.quietly(lambda: _delay(self._server, "stream_delay", 200 if self._bench.quick else 1_000))
        for part in ("p50", "p99"):
            rows[part].segue, rows[part].foreign = found.value[part], found.foreign
            rows[part].notes.append(
                f"{found.value['heard']:,} of {found.value['moved']:,} changes, 10 ms apart, were heard"
            )

    def _events(self) -> float:
        name = f"bench.{uuid.uuid4().hex}"
        batches = [
            ("POST", "/events", [_event(name) for _ in range(_BATCH)]) for _ in range(self._count // _BATCH)
        ]  # fmt: skip
        load = self._server.load(batches, _CLIENTS)
        _whole(load)
        self._shown("/events/count", {"names": [name]}, self._count)
        return self._count / (time.perf_counter() - load.began)

    def _single(self) -> float:
        name, count = f"bench.{uuid.uuid4().hex}", self._count // 10
        load = self._server.load([("POST", "/events", _event(name)) for _ in range(count)], 32)
        _whole(load)
        self._shown("/events/count", {"names": [name]}, count)
        return count / load.seconds

    def _lines(self) -> float:
        lanes, leases = [], []
        each = self._count // _CLIENTS // _BATCH
        for _ in range(_CLIENTS):
            lease = str(uuid.uuid4())
            leases.append(lease)
            holder = {"host": "bench", "boot": "", "pid_namespace": "", "pid": 1, "started": ""}
            fence = self._server.ask("/leases", {"id": lease, "lease": {"holder": holder}})["fence"]
            lanes.append([_lines(lease, fence, 1 + number * _BATCH) for number in range(each)])
        load = self._server.lanes(lanes)
        _whole(load)
        self._shown("/logs/count", {"flow_run_ids": leases}, each * _BATCH * _CLIENTS)
        return each * _BATCH * _CLIENTS / (time.perf_counter() - load.began)

    def _events_out(self) -> float:
        return self._read("/events/list", {"names": ["bench.*"], "sort": "seq", "limit": 1_000})

    def _lines_out(self) -> float:
        return self._read("/logs/list", {"sort": "id", "limit": 1_000})

    def _read(self, path: str, query: dict[str, Any]) -> float:
        began, found, after = time.perf_counter(), 0, None
        while found < self._count:
            page = self._server.ask(path, {**query, "after": after} if after else query)
            found += len(page["items"])
            after = page["next"]
            if after is None and found < self._count:
                raise Failed(f"{path}: only {found:,} of {self._count:,} were given out")
        return found / (time.perf_counter() - began)

    def _shown(self, path: str, query: object, count: int) -> None:
        found = self._server.ask(path, query)["count"]
        if found != count:
            raise Failed(f"{count:,} were taken in, {path} shows {found:,}")


class _Theirs:
    """Measures the other package's server, on fewer lines and events."""

    def __init__(self, bench: Bench, server: Server) -> None:
        self._bench = bench
        self._server = server
        self._count = 1_000 if bench.quick else 5_000

    def fill(self, rows: dict[str, Row]) -> None:
        """Measure everything into the rows."""
        rows["events"].prefect, shown = self._events()
        rows["events"].notes.append(
            f"Prefect: {self._count:,} events in batches of {_BATCH}, {shown:,} visible in the end"
        )
        rows["lines"].prefect = self._lines()
        rows["lines out"].prefect = self._lines_out()
        rows["lines"].notes.append(f"Prefect: {self._count:,} lines in batches of {_BATCH}, {_CLIENTS} clients")
        found = _delay(self._server, "prefect_stream_delay", 30 if self._bench.quick else 100)
        for part in ("p50", "p99"):
            rows[part].prefect = found.get(part)
            rows[part].notes.append(f"Prefect, websocket of events: {found['heard']} of {found['moved']} were heard")

    def _events(self) -> tuple[float, int]:
        name = f"bench.{uuid.uuid4().hex}"
        at = datetime.now(UTC).isoformat()
        batches: list[Request] = [
            (
                "POST",
                "/events",
                [{"occurred": at, "id": str(uuid.uuid4()), **_of(name, "prefect")} for _ in range(_BATCH)],
            )
            for _ in range(self._count // _BATCH)
        ]
        load = self._server.load(batches, _CLIENTS)
        wanted = {"filter": {"event": {"name": [name]}}, "limit": 1}
        ended, last, shown = time.perf_counter(), time.perf_counter(), 0
        while shown < self._count and time.perf_counter() - last < 10:
            found = self._server.ask("/events/filter", wanted)["total"]
            last = time.perf_counter() if found != shown else last
            shown, ended = found, last
            time.sleep(0.1)
        return shown / (ended - load.began), shown

    def _lines(self) -> float:
        run, at = str(uuid.uuid4()), datetime.now(UTC).isoformat()
        line = {"name": "bench", "level": 20, "message": "x" * 80, "timestamp": at, "flow_run_id": run}
        load = self._server.load([("POST", "/logs/", [line] * _BATCH)] * (self._count // _BATCH), _CLIENTS)
        return load.done * _BATCH / load.seconds

    def _lines_out(self) -> float:
        began, found = time.perf_counter(), 0
        while page := self._server.ask("/logs/filter", {"limit": 200, "offset": found}):
            found += len(page)
        return found / (time.perf_counter() - began)


def _delay(server: Server, program: str, count: int) -> dict[str, Any]:
    command = [server.package.python, PROGRAMS / f"{program}.py", str(server.port), str(count)]
    said = run(command, server.package.env(server.home, url=server.url), server.home).said
    if server.package.name == "segue" and said["heard"] != said["moved"]:
        raise Failed(f"of {said['moved']} changes only {said['heard']} were heard")
    return said


def _whole(load: Load) -> None:
    if load.failed:
        raise Failed(f"{load.failed}: {load.first}")


def _event(name: str) -> dict[str, object]:
    return {"id": str(uuid.uuid4()), **_of(name, "segue")}


def _of(name: str, word: str) -> dict[str, object]:
    return {"event": name, "resource": {f"{word}.resource.id": "bench.meter"}, "payload": {"value": 42, "unit": "kWh"}}


def _lines(lease: str, fence: int, first: int) -> Request:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"record": "log", "timestamp": at, "level": 20, "name": "bench", "message": "x" * 80, "flow_run_id": lease}
    return "POST", "/records", {"lease_id": lease, "fence": fence, "first": first, "records": [line] * _BATCH}
