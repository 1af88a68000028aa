"""A year of a team's work, made up: flows of different sizes, their runs, task runs, states, lines, artifacts.

Rows come as the product stores them, table by table, from a seed: the same seed gives the same history. Runs follow each other in
time, and so do the numbers of their states, as they do in a database that has grown by itself.
"""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from segue.engine.names import run_name

#: Microseconds.
SECOND = 1_000_000
DAY = 86_400 * SECOND

#: The columns of each table in the order of the rows.
COLUMNS = {
    "flow": "id name created",
    "task": "n task_key name entrypoint",
    "flow_run": "id flow_id name state_seq state_type state_name created updated lease_id fence flow_version entrypoint parameters "
    "tags durable run_count expected_start_time start_time end_time total_run_time created_by due",
    "task_run": "id flow_run_id task_n name state_seq state_type state_name created start_time end_time total_run_time run_count "
    "dynamic_key tags upstream",
    "state_row": "seq before subject run_id type name occurred id body",
    "log": "timestamp level name message flow_run_id task_run_id",
    "lease": "id kind fence host boot pid_namespace pid started expires last_sequence ended",
    "artifact": "id type key description data created updated flow_run_id",
}
_VERBS = ("extract", "load", "transform", "publish", "score", "train", "check", "export", "sync", "archive")
_NOUNS = ("orders", "invoices", "customers", "clicks", "weather", "prices", "stock", "tickets", "payroll", "sensors")
_STEPS = ("fetch", "parse", "validate", "clean", "join", "enrich", "aggregate", "store", "notify", "compare")
_TAGS = (
    "prod",
    "staging",
    "nightly",
    "hourly",
    "team-data",
    "team-ml",
    "finance",
    "eu",
    "us",
    "critical",
    "backfill",
    "pii",
)
_REGIONS = ("eu-central", "eu-west", "us-east", "us-west", "ap-south")
_FAULTS = (
    ("ValueError", "column 'amount' holds text in row 1,042"),
    ("KeyError", "'customer_id'"),
    ("TimeoutError", "the warehouse did not answer within 30 s"),
    ("ConnectionError", "connection refused by db-7.internal:5432"),
    ("RuntimeError", "3 of 128 files could not be read"),
)
_MASK = (1 << 48) - 1


class Ids:
    """Ids of version 7 for chosen instants; each is another."""

    def __init__(self) -> None:
        self._made = 0

    def make(self, at: int) -> str:
        """Return an id of something made at an instant (microseconds)."""
        self._made = made = self._made + 1
        ms = at // 1000
        # By odd factors, so that no two are alike although no two neighbours look alike.
        low, high = made * 0x5DEECE66D1B & _MASK, made * 0x2545F & 0x3FFF
        return f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7{made & 0xFFF:03x}-{0x8000 | high:04x}-{low:012x}"


@dataclass
class FlowKind:
    """A flow as its team wrote it."""

    id: str
    name: str
    entrypoint: str
    version: str
    tags: str | None
    #: (number, name) of its tasks.
    tasks: list[tuple[int, str]]
    #: Median seconds of a run.
    seconds: float
    faulty: float


@dataclass
class History:
    """What `runs` flow runs and about `task_runs` task runs leave behind between two instants."""

    runs: int
    task_runs: int
    begin: int
    end: int
    seed: int = 0
    flows: int = 60
    #: Days before the end for which log lines, and ended leases, are there: what is older was pruned.
    lines_days: int = 30
    leases_days: int = 7
    rows: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: defaultdict(list))
    seq: int = 0

    def __post_init__(self) -> None:
        """Think of the flows."""
        self._chance = random.Random(self.seed)
        self._ids = Ids()
        self.kinds = [self._kind(number) for number in range(self.flows)]
        # A few flows make most of the runs.
        self._weights = [1 / (rank + 1) for rank in range(self.flows)]
        self._left = self.task_runs

    def chunks(self, size: int = 2_000) -> Iterator[dict[str, list[tuple[object, ...]]]]:
        """Yield the rows of so many runs at a time, by table."""
        step = (self.end - self.begin) / max(self.runs, 1)
        kinds = self._chance.choices(self.kinds, self._weights, k=self.runs)
        scheduled = min(self.runs // 100, 500)
        for number, kind in enumerate(kinds):
            if number >= self.runs - scheduled:
                self._scheduled(kind, self.end - SECOND, self.end + int((number % 48 + 1) * DAY / 24))
            else:
                at = self.begin + int(number * step + self._chance.random() * step)
                self._run(kind, at, self._left // (self.runs - scheduled - number))
            if (number + 1) % size == 0:
                yield self._taken()
        yield self._taken()

    def _taken(self) -> dict[str, list[tuple[object, ...]]]:
        rows, self.rows = self.rows, defaultdict(list)
        return rows

    def _kind(self, number: int) -> FlowKind:
        name = f"{_VERBS[number % 10]}-{_NOUNS[number // 10 % 10]}{'-' + str(number // 100) if number >= 100 else ''}"
        chance, id = self._chance, self._ids.make(self.begin)
        entrypoint = f"/srv/flows/{name.replace('-', '_')}.py"
        key = f"{chance.getrandbits(32):08x}"
        tasks = []
        for step in chance.sample(_STEPS, chance.randint(2, 6)):
            n = len(self.rows["task"]) + 1
            self.rows["task"].append((n, f"{step}-{key}", step, f"{entrypoint}:{step}"))
            tasks.append((n, step))
        self.rows["flow"].append((id, name, self.begin))
        tags = sorted(chance.sample(_TAGS, chance.randint(0, 3)))
        return FlowKind(
            id, name, f"{entrypoint}:{name.replace('-', '_')}", f"{chance.getrandbits(128):032x}",
            _json(tags) if tags else None, tasks, chance.choice((2.0, 15.0, 60.0, 240.0)), chance.choice((0.01, 0.03, 0.15)),
        )  # fmt: skip

    def _state(
        self,
        subject: int,
        run: str,
        kind: str,
        at: int,
        before: int | None,
        body: str | None = None,
        name: str | None = None,
    ) -> int:
        self.seq += 1
        self.rows["state_row"].append((self.seq, before, subject, run, kind, name, at, self._ids.make(at), body))
        return self.seq

    def _scheduled(self, kind: FlowKind, at: int, due: int) -> None:
        """A run that is yet to begin."""
        id = self._ids.make(at)
        seq = self._state(0, id, "SCHEDULED", at, None, _json({"at": _stamp(due)}))
        self.rows["flow_run"].append(
            (id, kind.id, run_name(), seq, "SCHEDULED", "Scheduled", at, at, None, 0, kind.version, kind.entrypoint,
             self._parameters(at), kind.tags, 0, 0, due, None, None, 0.0, _ACTOR, due)
        )  # fmt: skip

    def _run(self, kind: FlowKind, at: int, tasks: int) -> None:
        """A run that is over, with about so many task runs."""
        chance, rows, id = self._chance, self.rows, self._ids.make(at)
        took = int(kind.seconds * SECOND * math.exp(chance.gauss(0, 0.5)))
        count = min(self._left, max(1, round(tasks * (0.2 + 1.6 * chance.random())))) if tasks else 0
        self._left -= count
        drawn = chance.random()
        fault = chance.choice(_FAULTS) if drawn < kind.faulty else None
        crashed, cancelled = fault is None and drawn > 0.995, fault is None and 0.98 < drawn <= 0.99
        started, ended, name = at + 8, at + took, run_name()
        pending = self._state(0, id, "PENDING", at, None)
        running = self._state(0, id, "RUNNING", started, pending)
        lines = at > self.end - self.lines_days * DAY
        if lines:
            rows["log"].append(
                (started, 20, "segue.flow_runs", f"Beginning flow run {name!r} for flow {kind.name!r}", id, None)
            )
        self._task_runs(kind, id, started, ended, count, fault, lines=lines)
        state, body = "COMPLETED", None
        if fault is not None:
            state, body = "FAILED", _fault(fault, kind.entrypoint, "Flow run encountered an exception: ")
        elif crashed:
            state, body = (
                "CRASHED",
                _json({"message": "Its process was killed (SIGKILL).", "actor": {"kind": "system", "name": "reaper"}}),
            )
        elif cancelled:
            state, body = (
                "CANCELLED",
                _json({"message": "The backfill was started twice.", "actor": {"kind": "user", "name": "ada"}}),
            )
        seq = self._state(0, id, state, ended, running, body)
        if lines:
            level = 20 if state == "COMPLETED" else 40
            rows["log"].append((ended, level, "segue.flow_runs", f"Finished in state {state.capitalize()}()", id, None))
        if at > self.end - self.leases_days * DAY:
            rows["lease"].append(
                (
                    id,
                    "flow-run",
                    1,
                    "worker-3",
                    _BOOT,
                    "pid:[4026531836]",
                    4711,
                    "259532",
                    ended + 30 * SECOND,
                    3 * count,
                    ended,
                )
            )
        if chance.random() < 0.02:
            report = _json(f"# {kind.name}\n\n{count} parts, {took / SECOND:.1f} s.")
            rows["artifact"].append(
                (self._ids.make(ended), "markdown", f"{kind.name}-report", None, report, ended, ended, id)
            )
        rows["flow_run"].append(
            (id, kind.id, name, seq, state, state.capitalize(), at, ended, id, 1, kind.version, kind.entrypoint,
             self._parameters(at), kind.tags, 0, 1, at, started, ended, (ended - started) / SECOND, _ACTOR, None)
        )  # fmt: skip

    def _task_runs(
        self,
        kind: FlowKind,
        run: str,
        started: int,
        ended: int,
        count: int,
        fault: tuple[str, str] | None,
        *,
        lines: bool,
    ) -> None:
        made, states, add, ids = self.rows["task_run"], self.rows["state_row"], self.rows["log"].append, self._ids.make
        step = (ended - started) // (count + 1)
        seq, before, tags = self.seq, None, kind.tags
        for number in range(count):
            n, name = kind.tasks[number % len(kind.tasks)]
            key = number // len(kind.tasks)
            at = started + number * step
            began, over = at + 57, at + step
            id = ids(at)
            state, body = "COMPLETED", None
            if fault is not None and number == count - 1:
                state, body = "FAILED", _fault(fault, kind.entrypoint, "Task run encountered an exception ")
            states.append((seq + 1, None, 1, id, "PENDING", None, at, ids(at), None))
            states.append((seq + 2, seq + 1, 1, id, "RUNNING", None, began, ids(began), None))
            states.append((seq + 3, seq + 2, 1, id, state, None, over, ids(over), body))
            seq += 3
            upstream = f'{{"rows":["{before}"]}}' if before else '{"day":[]}'
            made.append(
                (id, run, n, f"{name}-{key}", seq, state, state.capitalize(), at, began, over, (over - began) / SECOND, 1,
                 str(key), tags, upstream)
            )  # fmt: skip
            before = id
            if lines:
                add((began, 20, "segue.task_runs", f"{name}: part {number + 1} of {count}", run, id))
        self.seq = seq

    def _parameters(self, at: int) -> str:
        return f'{{"day":"{_stamp(at)[:10]}","region":"{self._chance.choice(_REGIONS)}"}}'


_ACTOR = '{"kind":"user","name":"ada","means":"sdk"}'
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BOOT = "7775f198-4496-4d54-9b48-c73029c83a0b"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _fault(fault: tuple[str, str], entrypoint: str, words: str) -> str:
    file, _, function = entrypoint.rpartition(":")
    kind, message = fault
    error = {
        "type": kind, "message": message, "file": file, "line": 42, "function": function, "source": "    return parse(rows)",
        "values": {"day": "'2026-01-31'", "rows": "[…, 1,042 more]"},
        "traceback": f'Traceback (most recent call last):\n  File "{file}", line 42, in {function}\n{kind}: {message}\n',
    }  # fmt: skip
    return _json({"message": f"{words}{kind}: {message}", "error": error})


def _stamp(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
