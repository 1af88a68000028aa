"""Ten thousand schedules: how late they fire, what an instant costs, and that neither hangs on how much has happened before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import apsw

from bench.generate import generate
from bench.harness import Bench, Failed
from bench.history import DAY, History
from bench.peers import Segue
from bench.servers import Server, serving
from bench.table import Row

#: Schedules of one deployment.
_EACH = 100
#: Seconds between two instants of a schedule: with ten thousand of them, 33 instants a second.
_EVERY = 300.0


class Fired(NamedTuple):
    """What became of a while of instants."""

    #: Milliseconds from each instant until its row, with which its run may begin, could be read.
    late: list[float]
    #: Milliseconds of CPU of the server for each instant.
    cost: float

    def part(self, hundredths: int) -> float:
        """Return how late so many hundredths of them were at most."""
        return self.late[min(len(self.late) - 1, len(self.late) * hundredths // 100)]


def measure(bench: Bench, segue: Segue) -> Iterator[Row]:
    """Measure how late schedules fire, and what that costs."""
    count, history = (2_000, 50_000) if bench.quick else (10_000, 500_000)
    seconds = 20.0 if bench.quick else 30.0
    rows = {
        50: Row(f"{count:,} schedules, instant to its run, p50", "ms", better="less"),
        99: Row(f"{count:,} schedules, instant to its run, p99", "ms", budget=1_000, better="less"),
    }
    cost = Row(f"{count:,} schedules, CPU of the server for each instant", "ms", better="less")
    after = Row(f"the same after {history:,} instants", "ms", better="less")
    burst = Row("1,000 schedules of one instant, until the last run", "ms", better="less")
    with bench.home() as new, bench.home() as old:
        try:
            # Each is made once, however often it is measured.
            _grown(bench, segue, old, count, history)
            with serving(bench, segue, new) as server:
                _spread(server, count)
            found = bench.quietly(lambda: _fired_anew(bench, segue, new, count, seconds))
            for part, row in rows.items():
                row.segue, row.foreign = found.value.part(part), found.foreign
            cost.segue, cost.foreign = found.value.cost, found.foreign
            rows[99].notes.append(f"{len(found.value.late):,} instants within {seconds:g} s, each fired once")
        except Failed as problem:
            rows[99].notes.append(str(problem))
        try:
            found = bench.quietly(lambda: _fired_anew(bench, segue, old, count, seconds))
            after.segue, after.foreign = found.value.cost, found.foreign
            more = f"with {history:,} rows in the ledger and as many runs: p99 {found.value.part(99):,.0f} ms"
            after.notes.append(more)
        except Failed as problem:
            after.notes.append(str(problem))
    try:
        found = bench.quietly(lambda: _burst_anew(bench, segue))
        burst.segue, burst.foreign = found.value, found.foreign
    except Failed as problem:
        burst.notes.append(str(problem))
    yield from (*rows.values(), cost, after, burst)


def _grown(bench: Bench, segue: Segue, home: Path, count: int, history: int) -> None:
    """Make a year of runs, and a ledger as long, with the schedules that are measured."""
    now = time.time_ns() // 1000
    generate("", home / "segue", History(history, 0, now - 365 * DAY, now))
    with serving(bench, segue, home) as server:
        _spread(server, count)
    _remember(home / "segue" / "segue.db", history)


def _fired_anew(bench: Bench, segue: Segue, home: Path, count: int, seconds: float) -> Fired:
    with serving(bench, segue, home) as server:
        return _fired(server, count, seconds)


def _burst_anew(bench: Bench, segue: Segue) -> float:
    with serving(bench, segue) as server:
        return _burst(server)


def _spread(server: Server, count: int) -> None:
    """Make schedules whose instants are spread over their interval."""
    begin = datetime.now(UTC)
    for number in range(0, count, _EACH):
        new = {"name": f"d{number}", "flow_name": "flow", "entrypoint": "flows.py:flow"}
        made = server.ask("/deployments", new)["id"]
        anchors = (begin + timedelta(seconds=_EVERY * (number + n) / count) for n in range(_EACH))
        schedules = [
            {"rule": {"type": "interval", "interval": _EVERY, "anchor": anchor.isoformat().replace("+00:00", "Z")}}
            for anchor in anchors
        ]
        server.ask(f"/deployments/{made}/schedules", {"schedules": schedules})


def _fired(server: Server, count: int, seconds: float) -> Fired:
    """Let time pass, and see what becomes of the instants meanwhile; raises `Failed` where one does not fire."""
    # What was missed while the server was away, or put off by what was asked of it, is done before.
    time.sleep(10)
    begin, before = time.time(), server.cpu
    seen = _watch(server, begin, begin + seconds, wait=5.0)
    used = (server.cpu - before) * seconds / (seconds + 5.0)
    expected = count * seconds / _EVERY
    if abs(len(seen) - expected) > expected / 20 + 5:
        raise Failed(f"{len(seen):,} instants fired within {seconds:g} s, not {expected:,.0f}")
    return Fired(sorted(seen), 1000 * used / len(seen))


def _watch(server: Server, begin: float, end: float, *, wait: float) -> list[float]:
    """Return by how many milliseconds each instant of a span was late when another process could first read its row.

    Looks at the file itself, often: asking the server would cost it more than the firing does.
    """
    connection = apsw.Connection(str(server.home / "segue" / "segue.db"), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(1_000)
    seen: dict[tuple[object, object], float] = {}
    query = "SELECT schedule_id, instant, outcome FROM firing WHERE instant >= ? AND instant < ?"
    while time.time() < end + wait:
        # Only what may be new: nothing is later than this, or it fails below.
        recent = max(begin, time.time() - 2 * wait)
        rows = connection.execute(query, (int(recent * 1e6), int(end * 1e6))).fetchall()
        now = time.time()
        for schedule, instant, outcome in rows:
            if outcome != "fired":
                raise Failed(f"an instant was {outcome}")
            seen.setdefault((schedule, instant), 1000 * (now - int(str(instant)) / 1e6))
        time.sleep(0.01)
    counted = "SELECT count(*) FROM firing WHERE instant >= ? AND instant < ?"
    many = int(str(connection.execute(counted, (int(begin * 1e6), int(end * 1e6))).fetchall()[0][0]))
    connection.close()
    if many != len(seen):
        raise Failed(f"of {many:,} instants {many - len(seen):,} were more than {wait:g} s late")
    return list(seen.values())


def _remember(path: Path, history: int) -> None:
    """Put instants of more than a year ago into the ledger, as these schedules would have left them."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA synchronous = OFF; BEGIN IMMEDIATE")
    # In the order of the table, and its indexes afterwards: it takes a fifth of the time.
    find = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'firing' AND sql IS NOT NULL"
    indexes = connection.execute(find).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    schedules = connection.execute("SELECT id, deployment_id FROM schedule ORDER BY id").fetchall()
    year_ago = time.time_ns() // 1000 - 366 * DAY
    each = history // len(schedules)
    rows = (
        (*schedule, at := year_ago - (number * each + turn) * 1_000_000, at, "fired", at)
        for number, schedule in enumerate(schedules)
        for turn in reversed(range(each))
    )
    connection.executemany(
        "INSERT INTO firing (schedule_id, deployment_id, instant, at, outcome, decided) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    for _, sql in indexes:
        connection.execute(str(sql))
    connection.execute("COMMIT")
    connection.close()


def _burst(server: Server) -> float:
    """Let a thousand schedules have one instant; returns how late the last of their runs was there."""
    at = datetime.now(UTC) + timedelta(seconds=15)
    rule = {"type": "interval", "interval": 86_400.0, "anchor": at.isoformat().replace("+00:00", "Z")}
    for number in range(10):
        new = {"name": f"d{number}", "flow_name": "flow", "entrypoint": "flows.py:flow"}
        made = server.ask("/deployments", new)["id"]
        server.ask(f"/deployments/{made}/schedules", {"schedules": [{"rule": rule}] * _EACH})
    if datetime.now(UTC) >= at:
        raise Failed("a thousand schedules could not be made within 15 s")
    seen = _watch(server, at.timestamp() - 1, at.timestamp() + 1, wait=20.0)
    if len(seen) != 10 * _EACH:
        raise Failed(f"of a thousand instants {len(seen):,} fired within 20 s")
    return max(seen)
