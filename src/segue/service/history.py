"""Runs and events over ranges of time.

Of all flow runs, or of all that nobody's run called, each part and state is counted by itself in an index that has all it takes:
that reads a million runs in the time of a blink, where grouping them would take ten times as long. What a filter leaves is grouped.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import cast

import msgspec

from segue.decide.ranges import Range, cut, spread
from segue.model.spreads import Spread
from segue.model.states import FINAL_KINDS, STATE_TYPES
from segue.service import events, lists
from segue.service.pairing import pair
from segue.store.codec import Json, instant, micros
from segue.store.lists import Where
from segue.store.searching import tally
from segue.store.session import Session
from segue.wire import history as w
from segue.wire.queries import RunFilter

#: Of how many runs it is said how long they took.
_SAMPLE = 10_000
#: Ids of task runs rise with the time of making, by the clock of whoever made them.
_SLACK = timedelta(minutes=5)

#: (part, state type) → how many runs, and seconds that they took.
Counts = dict[tuple[int, str], tuple[int, float]]


def flow_runs(session: Session, request: w.RunsOverTime) -> w.RunsHistory:
    """Return how many flow runs were made in each part of a range, by what became of them."""
    found = cut(request.start, request.end, request.bucket, now=session.now())
    source, where = lists.flow_run_source(request.where), lists.flow_run_where(session, request.where)
    top_level = request.where.top_level
    in_index = request.where == RunFilter(top_level=top_level)
    counts = _counted(session, found, top_level=top_level) if in_index else _grouped(session, found, source, where)
    where = lists.flow_run_where(session, request.where)
    _within(where, found)
    took, late = _sampled(session, f"{source}{where.sql()}", where, "r.start_time - r.expected_start_time", "r.created")
    return _told(found, counts, took, late)


def task_runs(session: Session, request: w.RunsOverTime) -> w.RunsHistory:
    """Return how many task runs were made in each part of a range, by what became of them."""
    found = cut(request.start, request.end, request.bucket, now=session.now())
    source, where = lists.task_run_source(request.where), lists.task_run_where(session, request.where)
    _made_within(where, found)
    counts = _grouped(session, found, source, where)
    where = lists.task_run_where(session, request.where)
    _within(where, found)
    _made_within(where, found)
    took, _ = _sampled(session, f"{source}{where.sql()}", where, "NULL", "r.id")
    return _told(found, counts, took, None)


def events_over_time(session: Session, request: w.EventsOverTime) -> w.EventsHistory:
    """Return how many events happened in each part of a range."""
    found = cut(request.start, request.end, request.bucket, now=session.now())
    asked = msgspec.structs.replace(request, occurred_after=found.start, occurred_before=found.end)
    many: Counter[int] = Counter()
    counted_from: datetime | None = None
    for source, joins, where, told in reversed(events.found_in(session, asked)):
        part = _part_of(where, found, "s.occurred")
        if asked.at_most is None:
            body = f"{source}{joins if where.sought else ''}{where.sql()}"
            rows = session.select(f"SELECT {part} AS part, count(*) FROM {body} GROUP BY 1", where.params)  # noqa: S608
            many.update({int(number or 0): int(count or 0) for number, count in rows})
            continue
        left = asked.at_most - sum(many.values())
        some, ended = tally(session, source, where, part, left, order="s.seq", column="s.occurred", joins=joins)
        many.update(some)
        if ended is not None:
            # What was told at another time than it occurred may be of any part.
            counted_from = found.end if told else instant(int(ended))
            break
    items = [w.EventsPart(start=start, total=many[number]) for number, start in enumerate(found.begins())]
    return w.EventsHistory(
        start=found.start, end=found.end, bucket=found.part.total_seconds(), total=sum(many.values()), items=items,
        counted_from=counted_from,
    )  # fmt: skip


def _counted(session: Session, found: Range, *, top_level: bool | None) -> Counts:
    """Count all flow runs, or those that are called by none or by another, part by part and state by state."""
    where = Where(session.dialect)
    begin, part, end, last = (
        where.hold(value) for value in (micros(found.start), _micros(found.part), micros(found.end), found.count - 1)
    )
    pair_of = "json_array" if session.dialect == "sqlite" else "jsonb_build_array"
    states = " UNION ALL ".join(f"SELECT '{kind}' AS type" for kind in STATE_TYPES)
    low = f"CAST({begin} AS BIGINT) + b.i * CAST({part} AS BIGINT)"
    high = f"CASE WHEN b.i = {last} THEN CAST({end} AS BIGINT) ELSE {low} + CAST({part} AS BIGINT) END"
    called = {None: "", True: " AND r.parent_flow_run_id IS NULL", False: " AND r.parent_flow_run_id IS NOT NULL"}
    counted = (
        f"SELECT {pair_of}(count(*), sum(r.total_run_time)) FROM flow_run AS r "  # noqa: S608 - names of our own
        f"WHERE r.state_type = s.type AND r.created >= {low} AND r.created < {high}{called[top_level]}"
    )
    parts = f"WITH RECURSIVE b (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM b WHERE i < {last})"  # noqa: S608 - the same
    rows = session.select(f"{parts} SELECT b.i, s.type, ({counted}) FROM b CROSS JOIN ({states}) AS s", where.params)  # noqa: S608
    counts: Counts = {}
    for number, kind, told in rows:
        many, seconds = msgspec.json.decode(cast("Json", told), type=tuple[int, float | None])
        if many:
            counts[int(number or 0), str(kind)] = many, seconds or 0.0
    return counts


def _grouped(session: Session, found: Range, source: str, where: Where) -> Counts:
    """Count the runs that a filter leaves."""
    _within(where, found)
    part = _part_of(where, found, "r.created")
    body = (
        f"SELECT {part} AS part, r.state_type, count(*), sum(r.total_run_time) FROM {source}{where.sql()} GROUP BY 1, 2"  # noqa: S608
    )
    return {
        (int(number or 0), str(kind)): (int(many or 0), float(seconds or 0.0))
        for number, kind, many, seconds in session.select(body, where.params)
    }


def _sampled(session: Session, source: str, where: Where, late: str, order: str) -> tuple[list[float], list[float]]:
    """Return how long the newest runs took that have ended, and how late they began; in seconds."""
    joined = f"{source} AND r.end_time IS NOT NULL AND r.start_time IS NOT NULL"
    body = f"SELECT r.total_run_time, {late} FROM {joined} ORDER BY {order} DESC LIMIT {_SAMPLE}"  # noqa: S608
    rows = session.select(body, where.params)
    took = [float(each[0] or 0.0) for each in rows]
    return took, [max(0.0, int(each[1]) / 1e6) for each in rows if each[1] is not None]


def _told(found: Range, counts: Counts, took: list[float], late: list[float] | None) -> w.RunsHistory:
    items = []
    for number, start in enumerate(found.begins()):
        mine = {kind: counts[number, kind] for kind in STATE_TYPES if (number, kind) in counts}
        ended = [mine[kind] for kind in mine if kind in FINAL_KINDS]
        over = sum(many for many, _ in ended)
        items.append(
            w.RunsPart(
                start=start,
                total=sum(many for many, _ in mine.values()),
                states={kind: many for kind, (many, _) in mine.items()},
                average=round(sum(seconds for _, seconds in ended) / over, 6) if over else None,
            )
        )
    lateness: Spread | None = spread(late) if late is not None else None
    return w.RunsHistory(
        start=found.start,
        end=found.end,
        bucket=found.part.total_seconds(),
        total=sum(item.total for item in items),
        items=items,
        durations=spread(took),
        lateness=lateness,
    )


def _part_of(where: Where, found: Range, column: str) -> str:
    begin, part = where.hold(micros(found.start)), where.hold(_micros(found.part))
    return f"({column} - CAST({begin} AS BIGINT)) / CAST({part} AS BIGINT)"


def _within(where: Where, found: Range) -> None:
    where.compare("r.created", ">=", micros(found.start))
    where.compare("r.created", "<", micros(found.end))


def _made_within(where: Where, found: Range) -> None:
    """Let the primary key find what was made in a range: there is no other index of it, which would cost more than it is worth."""
    low, high = lists.first_id(found.start - lists.SLACK), lists.first_id(found.end + lists.SLACK)
    where.compare("r.id", ">=", low)
    where.compare("r.id", "<", high)


def _micros(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


HANDLERS = dict(
    (
        pair(w.FLOW_RUNS_OVER_TIME, flow_runs),
        pair(w.TASK_RUNS_OVER_TIME, task_runs),
        pair(w.EVENTS_OVER_TIME, events_over_time),
    )
)
