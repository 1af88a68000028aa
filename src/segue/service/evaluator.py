"""Evaluation of automations as it is kept: who does it, how far it has come, what has been counted, and what fired.

One process evaluates for all. That it is one saves work; that nothing is found twice or not at all rests on `advance` alone, which
moves the cursor only from where it was found, in the transaction that writes all that was found on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec

from segue.decide.naming import FLOW_RUN, RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE, TASK_RUN, WORK_POOL, WORK_QUEUE
from segue.decide.triggers.matching import Names
from segue.decide.triggers.sampling import QUEUE_AGE
from segue.model.automations import CountedEvent
from segue.model.errors import BadRequest
from segue.model.events import Event
from segue.service.automation_firings import record_firing
from segue.service.causes import traced
from segue.service.event_rows import event_out
from segue.service.pairing import pair
from segue.service.records import EVENT, StateRows
from segue.service.records import FLOW_RUN as OF_FLOW_RUN
from segue.store.automation_rows import automation_out
from segue.store.bulk import Rows
from segue.store.codec import Row, instant, json_text, micros
from segue.store.lists import Where
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import evaluator as w
from segue.wire.events import FedEvent
from segue.wire.requests import Holder, Nothing

#: Seconds for which somebody may evaluate before asking again.
_LONGEST = 120.0


class _Held(msgspec.Struct, frozen=True):
    """What the row keeps of who evaluates."""

    id: str
    process: Holder


_held = msgspec.json.Decoder(_Held)


def look(session: Session, request: Nothing) -> w.Evaluating:
    """Return who evaluates."""
    row = session.row("evaluator_look")
    holder, expires, cursor, clock, reached, changed, enabled = cast(
        "tuple[str | None, int, int, int, int, int | None, int]", row
    )
    now = micros(session.now())
    who = None if holder is None else _held.decode(holder)
    return w.Evaluating(
        holder=None if who is None else who.id,
        process=None if who is None else who.process,
        # One that ends later than any can was given by a clock that has been set back.
        seconds=max(0.0, left) if (left := (expires - now) / 1e6) <= _LONGEST else 0.0,
        cursor=cursor,
        reached=max(cursor, reached),
        wanted=bool(enabled) or (changed or 0) > cursor,
        gap=(now - clock) / 1e6 if clock else 0.0,
    )


def take(session: Session, request: w.TakeEvaluation) -> w.Evaluating:
    """Let one process evaluate, whose `holder` the answer then names; nobody else does while it asks again in time."""
    session.order()
    if request.seconds > _LONGEST:
        raise BadRequest(f"Nobody may evaluate for {request.seconds:g} s at a time; {_LONGEST:g} s is the longest.")
    known = look(session, Nothing())
    now = micros(session.now())
    if request.leave:
        if known.holder == request.holder:
            session.run("evaluator_take", holder=None, expires=0, clock=now)
        return msgspec.structs.replace(known, holder=None, process=None, seconds=0.0)
    if known.holder not in {None, request.holder, request.gone} and known.seconds > 0:
        return known
    held = json_text(_Held(request.holder, request.process))
    session.run("evaluator_take", holder=held, expires=now + round(request.seconds * 1e6), clock=now)
    return msgspec.structs.replace(known, holder=request.holder, process=request.process, seconds=request.seconds)


def load(session: Session, request: Nothing) -> w.Evaluated:
    """Return what evaluation goes on from; only for who evaluates, for whom nothing of it moves."""
    cursor = look(session, request).cursor
    buckets = [
        w.KeptBucket(automation_id=str(id), key=str(key), body=str(body))
        for id, key, body in session.rows("automation_buckets")
    ]
    return w.Evaluated(
        cursor=cursor, versions=_versions(session.rows("automation_versions_at", cursor=cursor)), buckets=buckets
    )


def _versions(rows: Sequence[Row]) -> list[w.AutomationVersion]:
    return [
        w.AutomationVersion(
            automation_id=str(id), since=int(since or 0), automation=None if body is None else automation_out(body)
        )
        for id, since, body in rows
    ]


def read(session: Session, request: w.ReadFeed) -> w.Stretch:
    """Return the events behind a place that somebody waits for; it ends at the first change of an automation, if there is one."""
    # Asked before the feed is: all that was recorded up to then is read.
    now = micros(session.now())
    after = request.after
    last, found = cast("tuple[int | None, int]", session.row("feed_stretch", after=after, stretch=request.stretch))
    if not request.patterns:
        # Nobody waits for anything up to the next change.
        ends = session.row("feed_ends")
        last = int(ends[1] or 0) if ends is not None else None
        found = 0
    reached = max(after, last or 0)
    ahead = session.row("automation_version_next", after=after)
    change = int(ahead[0]) if ahead is not None and ahead[0] is not None else None
    end = found < request.stretch and (change is None or change >= reached)
    if change is not None:
        reached = min(reached, change)
    return w.Stretch(
        events=events_between(session, request.patterns, after, reached),
        changes=_versions(session.rows("automation_versions_between", after=after, upto=reached)),
        reached=reached, end=end, now=now,
    )  # fmt: skip


def events_between(session: Session, patterns: list[list[str]], after: int, upto: int) -> list[FedEvent]:
    """Return the events of a stretch of the feed whose names fit one of the patterns, as triggers write them."""
    if not patterns or upto <= after:
        return []
    tests = [Names(each) for each in patterns]
    told: list[str] = []
    states: list[str] = []
    for subject, type, name in session.rows("feed_kinds", after=after, upto=upto):
        event = str(type) if subject == EVENT else _state_name(subject, type, name)
        if any(test.hold(event) for test in tests):
            if subject == EVENT:
                told.append(event)
            else:
                states.append(" ".join(map(str, (subject, type, name or ""))))
    where = Where(session.dialect)
    where.add(f"s.seq > {where.hold(after)} AND s.seq <= {where.hold(upto)}")
    kinds = []
    if told:
        kinds.append(f"(s.subject = 2 AND s.type IN ({_listed(where, told)}))")
    if states:
        state = "s.subject || ' ' || s.type || ' ' || coalesce(s.name, '')"
        kinds.append(f"(s.subject < 2 AND ({state}) IN ({_listed(where, states)}))")
    if not kinds:
        return []
    where.add(f"({' OR '.join(kinds)})")
    rows = session.select(f"{statement('event_select')}{where.sql()} ORDER BY s.seq", where.params)
    return [event_out(row) for row in rows]


def _listed(where: Where, values: list[str]) -> str:
    return ", ".join(where.hold(value) for value in values)


def _state_name(subject: object, type: object, name: object) -> str:
    family = FLOW_RUN if subject == OF_FLOW_RUN else TASK_RUN
    return f"{family}{name or str(type).capitalize()}"


def advance(session: Session, request: w.Advance) -> w.Advanced:
    """Write what was found between two places in the feed, all of it, or nothing where somebody else has moved on."""
    session.order()
    now = session.now()
    moved = session.run(
        "evaluator_move", holder=_holder_of(session, request.holder), before=request.before, after=request.after,
        reached=max(request.after, request.reached), expires=micros(now) + round(request.seconds * 1e6), clock=micros(now),
    )  # fmt: skip
    if not moved:
        return w.Advanced(held=False)
    kept = [[each.automation_id, each.key, each.body] for each in request.buckets if each.body is not None]
    gone = [[each.automation_id, each.key] for each in request.buckets if each.body is None]
    if kept:
        session.put("automation_buckets_put", Rows(kept))
    if gone:
        session.put("automation_buckets_delete", Rows(gone))
    for id in request.changed:
        session.run("automation_versions_prune", automation_id=id, cursor=request.after)
    fired = [_record(session, each) for each in request.firings]
    return w.Advanced(held=True, fired=sum(fired))


def _holder_of(session: Session, id: str) -> str | None:
    """Return what the row says of who evaluates, where it is this one."""
    row = session.row("evaluator_look")
    held = None if row is None or row[0] is None else str(row[0])
    return held if held is not None and _held.decode(held).id == id else ""


def _record(session: Session, new: w.NewFiring) -> bool:
    counted = counted_events(session, [*new.counted, *(seq for part in new.parts for seq in part)])
    firing = msgspec.structs.replace(
        new.firing,
        events=[counted[seq] for seq in new.counted if seq in counted],
        children=[
            msgspec.structs.replace(child, events=[counted[seq] for seq in part if seq in counted])
            for child, part in zip(new.firing.children, new.parts, strict=True)
        ],
    )
    known = traced(session, firing)
    return known is not None and record_firing(session, known, new.actions, cause=new.cause)


def counted_events(session: Session, seqs: Sequence[int]) -> dict[int, CountedEvent]:
    """Return events by their numbers, as far as it takes to find them; what was pruned is left out."""
    found: dict[int, CountedEvent] = {}
    for row in session.rows("feed_counted", seqs=json_text(sorted(set(seqs)))) if seqs else []:
        seq, subject, run_id, type, name, occurred, id = cast("tuple[int, int, str, str, str | None, int, str]", row)
        family = "" if subject == EVENT else FLOW_RUN if subject == OF_FLOW_RUN else TASK_RUN
        found[seq] = CountedEvent(
            id=id, seq=seq, event=type if subject == EVENT else _state_name(subject, type, name),
            occurred=instant(occurred), resource_id=f"{family}{run_id}",
        )  # fmt: skip
    return found


def sample(session: Session, request: Nothing) -> Nothing:
    """Tell how long the oldest run has been due in each work queue."""
    now = micros(session.now())
    rows = StateRows()
    for row in session.rows("work_queues_age", now=now):
        id, name, pool_id, pool, due = cast("tuple[str, str, str, str, int | None]", row)
        rows.tell(
            Event(
                id=session.new_id(), event=QUEUE_AGE, occurred=session.now(),
                resource={RESOURCE_ID: f"{WORK_QUEUE}{id}", RESOURCE_NAME: name},
                related=[{RESOURCE_ID: f"{WORK_POOL}{pool_id}", RESOURCE_ROLE: "work-pool", RESOURCE_NAME: pool}],
                payload={"age": 0.0 if due is None else (now - due) / 1e6},
            )
        )  # fmt: skip
    rows.write(session)
    return Nothing()


HANDLERS = dict(
    (
        pair(w.EVALUATOR_LOOK, look),
        pair(w.EVALUATOR_TAKE, take),
        pair(w.EVALUATOR_LOAD, load),
        pair(w.EVALUATOR_READ, read),
        pair(w.EVALUATOR_ADVANCE, advance),
        pair(w.EVALUATOR_SAMPLE, sample),
    )
)
