"""Lists, counts and histories over a year of runs: how soon a page is there, and that it holds what it should.

Each question is asked many times with other values, by one client; the slowest question of each kind is told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.generate import generate
from bench.harness import Bench, Failed
from bench.history import DAY, History
from bench.peers import Segue
from bench.postgresql import postgresql
from bench.servers import Request, Server, serving
from bench.table import Row

_BUDGET = 100


@dataclass(frozen=True)
class Size:
    """How much is in the database."""

    runs: int
    task_runs: int
    databases: tuple[str, ...]


FULL = Size(1_000_000, 10_000_000, ("SQLite", "PostgreSQL"))
QUICK = Size(50_000, 500_000, ("SQLite",))


def measure(bench: Bench, segue: Segue) -> Iterator[Row]:
    """Measure every question."""
    size = QUICK if bench.quick else FULL
    for kind in size.databases:
        rows: list[Row] = []
        try:
            with _database(bench, kind) as (url, home):
                end = time.time_ns() // 1000
                history = History(size.runs, size.task_runs, end - 365 * DAY, end)
                made = generate(url, home / "segue", history)
                with serving(bench, segue, home, database=url) as server:
                    asked = Questions(server, history)
                    rows = [_row(bench, server, kind, question, asked) for question in QUESTIONS]
            told = (
                f"{kind}: {made['flow_run']:,} flow runs, {made['task_run']:,} task runs, {made['state_row']:,} states"
            )
            rows[0].notes.append(f"{told}, made at {made['rows_per_second']:,.0f} rows/s")
        except Failed as problem:
            rows.append(Row(f"pages, {kind}", "ms", budget=_BUDGET, better="less", notes=[str(problem)]))
        except ImportError as problem:
            rows.append(Row(f"pages, {kind}", "ms", notes=[f"no server: {problem}"]))
        yield from rows


class Questions:
    """Values to ask with: what a person would click on, drawn anew for each request."""

    def __init__(self, server: Server, history: History) -> None:
        self.chance = random.Random(7)
        self._begin = datetime.fromtimestamp(history.begin / 1e6, UTC)
        self._end = datetime.fromtimestamp(history.end / 1e6, UTC)
        lengths = {"$hour": 1 / 24, "$day": 1, "$week": 7, "$month": 30}
        self._ranges = {word: _text(self._end - timedelta(days=days)) for word, days in lengths.items()}
        self._days = (history.end - history.begin) / DAY
        self.flows = [flow["id"] for flow in server.ask("/flows/list", {"limit": 200})["items"]]
        self.runs = self._drawn(server, 200)
        recent = {"where": {"state_types": ["COMPLETED", "FAILED"]}, "limit": 500}
        self.recent = server.ask("/flow-runs/list", recent)["items"]
        self.cursors = self._deep(server)

    def day(self) -> tuple[str, str]:
        """The two ends of some day of the year."""
        at = self._begin + timedelta(days=self.chance.random() * (self._days - 1))
        return _text(at), _text(at + timedelta(days=1))

    def request(self, question: str, template: object) -> Request:
        """Return a request in which every `$word` of its path and its body has become a value."""
        run, (begin, end) = self.chance.choice(self.runs), self.day()
        values = {
            "$flow": self.chance.choice(self.flows), "$run": run["id"], "$name": run["name"], "$part": run["name"][:5],
            "$prefix": run["id"][:8], "$begin": begin, "$end": end, "$cursor": self.chance.choice(self.cursors),
            "$first": _text(self._begin), "$last": _text(self._end), **self._ranges,
            # Of the last days: their lines are still there.
            "$recent": self.chance.choice(self.recent)["id"],
        }  # fmt: skip
        path = question.replace("$run", values["$run"])
        return ("POST", path, _filled(template, values)) if template is not None else ("GET", path, None)

    def _drawn(self, server: Server, count: int) -> list[dict[str, Any]]:
        found = []
        while len(found) < count:
            begin, _ = self.day()
            found += server.ask("/flow-runs/list", {"where": {"created_after": begin}, "sort": "created", "limit": 5})[
                "items"
            ]
        return found

    def _deep(self, server: Server) -> list[str]:
        """Cursors of pages far down the list, as somebody gets them who scrolls on."""
        cursors = []
        for run in self.runs[:50]:
            where = {"created_before": run["created"]}
            cursors.append(server.ask("/flow-runs/list", {"where": where, "limit": 1})["next"])
        return [cursor for cursor in cursors if cursor]


@dataclass(frozen=True)
class Question:
    """One kind of page or count, asked in several ways, with other values each time."""

    what: str
    #: (path, body); a `$word` stands for a value.
    asked: tuple[tuple[str, object], ...]
    budget: float | None = _BUDGET


def _row(bench: Bench, server: Server, kind: str, question: Question, questions: Questions) -> Row:
    """Ask in every way; the slowest of them makes the figure."""
    row = Row(f"{question.what}, {kind}, p95", "ms", budget=question.budget, better="less")
    times = 40 if bench.quick else 100
    slowest = ""
    for path, body in question.asked:
        requests = [questions.request(path, body) for _ in range(times)]
        found = bench.quietly(lambda requests=requests: server.load(requests, 1))
        load = found.value
        if load.failed:
            raise Failed(f"{path} {body}: {load.failed}: {load.first}")
        if row.segue is None or load.p95 > row.segue:
            row.segue, row.foreign = load.p95, found.foreign
            slowest = f"{kind}: {path} {body if body is not None else ''}: p50 {load.p50:.1f}, p99 {load.p99:.1f} ms"
    row.notes.append(f"the slowest of {len(question.asked)}, {slowest}")
    return row


def _filled(template: object, values: dict[str, str]) -> object:
    match template:
        case str():
            return values.get(template, template)
        case list():
            return [_filled(each, values) for each in template]
        case dict():
            return {name: _filled(each, values) for name, each in template.items()}
        case _:
            return template


_STATES = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "SCHEDULED", "RUNNING")
_RUNS, _RUN_COUNT = "/flow-runs/list", "/flow-runs/count"
_TASKS, _TASK_COUNT = "/task-runs/list", "/task-runs/count"
_LOGS, _EVENTS = "/logs/list", "/events/list"
#: Ranges that pages offer, up to the end of the year; all of it; and some day.
_HOUR, _TODAY, _WEEK, _MONTH, _YEAR = (
    {"from": word, "to": "$last"} for word in ("$hour", "$day", "$week", "$month", "$first")
)
_SOME_DAY = {"from": "$begin", "to": "$end"}
_CREATED = {"created_after": "$begin", "created_before": "$end"}
_STARTED = {"started_after": "$begin", "started_before": "$end"}
#: How far a page counts before it says "and more".
_AT_MOST = 10_000
#: And how far a page that shows events over time.
_EVENTS_AT_MOST = 100_000
_SOUGHT_EVENTS: tuple[dict[str, object], ...] = (
    {},
    {"names": ["*Failed*"]},
    {"text": "warehouse"},
    {"text": "no-such-word"},
    {"changes": True},
    {"names": ["*flow-run*"], "text": "otter"},
)
_OCCURRED = {"occurred_after": "$begin", "occurred_before": "$end"}


def _where(path: str, *filters: dict[str, object], **more: object) -> tuple[tuple[str, object], ...]:
    return tuple((path, {"where": each, **more}) for each in filters)


def _each(path: str, *bodies: dict[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple((path, body) for body in bodies)


QUESTIONS = (
    Question("flow runs, newest", _each(_RUNS, {}, {"limit": 200})),
    Question(
        "flow runs by state",
        _where(
            _RUNS,
            *({"state_types": [state]} for state in _STATES),
            {"state_types": ["FAILED", "CRASHED"]},
            {"not_state_types": ["COMPLETED"]},
            {"state_names": ["Late"]},
        ),
    ),
    Question(
        "flow runs by flow",
        _where(
            _RUNS,
            {"flow_ids": ["$flow"]},
            {"flow_ids": ["$flow"], "state_types": ["CRASHED"]},
            {"flow_names": ["extract-orders", "load-weather"]},
        ),
    ),
    Question(
        "flow runs by tag",
        _where(
            _RUNS,
            *({"tags_all": [tag]} for tag in ("prod", "nightly", "finance", "nobody-has-it")),
            {"tags_any": ["eu", "us"]},
        ),
    ),
    Question(
        "flow runs by name or id",
        _where(
            _RUNS,
            {"names": ["$name"]},
            {"name_like": "$part"},
            {"name_like": "no-such-name"},
            {"id_or_name": "$run"},
            {"id_or_name": "$prefix"},
            {"id_or_name": "$name"},
        ),
    ),
    Question(
        "flow runs by time",
        (
            *_where(_RUNS, _CREATED, {**_CREATED, "state_types": ["FAILED"], "flow_ids": ["$flow"]}, _STARTED),
            *_where(_RUNS, _STARTED, sort="-start_time"),
            *_where(_RUNS, {"ended_after": "$begin", "ended_before": "$end"}, sort="-end_time"),
        ),
    ),
    Question(
        "flow runs in other orders",
        _each(
            _RUNS,
            *(
                {"sort": f"{way}{word}"}
                for word in ("start_time", "end_time", "name", "expected_start_time", "id")
                for way in ("", "-")
            ),
        ),
    ),
    Question(
        "flow runs, deep pages",
        _each(
            _RUNS, {"after": "$cursor"}, {"after": "$cursor", "where": {"state_types": ["FAILED"]}}, {"offset": 10_000}
        ),
    ),
    Question(
        "flow runs counted",
        _each(
            _RUN_COUNT,
            *(
                {**filter, "at_most": _AT_MOST}
                for filter in (
                    {},
                    *({"state_types": [state]} for state in _STATES),
                    {"flow_ids": ["$flow"]},
                    {"tags_all": ["prod"]},
                    {"tags_all": ["nobody-has-it"]},
                    {"flow_ids": ["$flow"], "state_types": ["FAILED"]},
                    {"name_like": "otter"},
                    _STARTED,
                    {**_CREATED, "state_types": ["FAILED"]},
                )
            ),
        ),
    ),
    Question("one flow run, its states", (("/flow-runs/$run", None), ("/flow-runs/$run/states", None))),
    Question(
        "task runs of a flow run",
        _where(_TASKS, {"flow_run_ids": ["$run"]}, sort="created", limit=200)
        + _where(_TASKS, {"flow_run_ids": ["$run"]}, sort="-start_time")
        + _each(_TASK_COUNT, {"flow_run_ids": ["$run"]}),
    ),
    Question(
        "task runs of all",
        _each(_TASKS, {})
        + _where(
            _TASKS,
            {"state_types": ["FAILED"]},
            {"state_types": ["RUNNING"]},
            {"flow_ids": ["$flow"], "state_types": ["FAILED"]},
            {"tags_any": ["finance"]},
            {"name_like": "enrich"},
            {"name_like": "no-such-name"},
            _CREATED,
        ),
    ),
    Question(
        "task runs counted",
        _each(
            _TASK_COUNT,
            *({"state_types": [state], "at_most": _AT_MOST} for state in _STATES),
            {"at_most": _AT_MOST},
            {**_CREATED, "at_most": _AT_MOST},
            {"tags_any": ["finance"], "at_most": _AT_MOST},
        ),
    ),
    Question(
        "task runs of all, by start or end", _each(_TASKS, {"sort": "-start_time"}, {"sort": "-end_time"}), budget=None
    ),
    Question(
        "counted to the end",
        _each(_RUN_COUNT, {}, {"state_types": ["COMPLETED"]}, {"tags_all": ["prod"]}, {"name_like": "otter"})
        + _each(_TASK_COUNT, {}),
        budget=None,
    ),
    Question(
        "log lines",
        _each(
            _LOGS,
            {"flow_run_ids": ["$recent"]},
            {"flow_run_ids": ["$recent"], "level_from": 40},
            {"flow_run_ids": ["$recent"], "text": "part 2"},
            {"sort": "-timestamp"},
            {"level_from": 40, "sort": "-timestamp"},
            {"text": "no-such-word", "sort": "-timestamp"},
        )
        + _each("/logs/count", {"flow_run_ids": ["$recent"]}, {"at_most": _AT_MOST}),
    ),
    Question(
        "events",
        _each(
            _EVENTS,
            {},
            {"names": ["segue.flow-run.Failed"]},
            {"names": ["segue.flow-run.*"]},
            {"names": ["nobody.tells.this"]},
            {"resource_ids": ["segue.flow.none"]},
            _OCCURRED,
            {"text": "no-such-word"},
        )
        + _each(
            "/events/count",
            *({**each, "at_most": _AT_MOST} for each in (_OCCURRED, {}, {"names": ["segue.flow-run.Failed"]})),
        ),
    ),
    Question(
        "artifacts",
        _each(
            "/artifacts/list",
            {"latest": True, "limit": 100},
            {"latest": True, "limit": 100, "key_like": "extract"},
            {"latest": True, "limit": 100, "key_like": "no-such-key"},
            {"keys": ["extract-orders-report"], "limit": 50},
            {"flow_run_ids": ["$run"]},
        ),
    ),
    Question(
        "flow runs over time",
        _each(
            "/flow-runs/history",
            *({**range, "where": {"top_level": True}} for range in (_HOUR, _TODAY, _WEEK, _MONTH)),
            {**_WEEK, "where": {"flow_ids": ["$flow"]}},
            {**_WEEK, "where": {"flow_ids": ["$flow"], "state_types": ["FAILED"]}},
        ),
    ),
    Question(
        "events over the last day",
        _each("/events/history", *({**_TODAY, "at_most": _EVENTS_AT_MOST, **more} for more in _SOUGHT_EVENTS)),
    ),
    Question(
        "over time, long ago or for long",
        _each(
            "/flow-runs/history", {**_YEAR, "where": {"top_level": True}}, {**_YEAR, "where": {"flow_ids": ["$flow"]}}
        )
        + _each("/events/history", *({**_SOME_DAY, "at_most": _EVENTS_AT_MOST, **more} for more in _SOUGHT_EVENTS)),
        budget=None,
    ),
    Question("flows", _each("/flows/list", {}, {"sort": "name"}) + _each("/flows/count", {})),
)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@contextmanager
def _database(bench: Bench, kind: str) -> Iterator[tuple[str, Path]]:
    with bench.home() as home:
        if kind == "SQLite":
            yield "", home
        else:
            with postgresql(bench) as made:
                yield made("pages"), home
