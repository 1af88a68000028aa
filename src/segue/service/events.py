"""Events: told from anywhere, each kept once, read from the feed in which the states of runs are events as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from segue.decide.naming import (
    DEPLOYMENT,
    FLOW,
    FLOW_RUN,
    TAG,
    TASK_RUN,
    WORK_POOL,
    WORK_QUEUE,
    Pattern,
    pattern,
    within,
)
from segue.model.errors import BadRequest, NotFound
from segue.model.events import Event
from segue.service.event_rows import event_out
from segue.service.pairing import pair
from segue.service.records import StateRows
from segue.service.telling import understood
from segue.store.codec import Row, json_text, micros
from segue.store.lists import Sort, Where, count, encode_cursor
from segue.store.searching import count_up_to, search
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import events as w
from segue.wire.queries import Count

#: Events of one request at most.
_BATCH = 1_000
#: How far (microseconds) what occurred and when it was told lie apart at most where a row does not say when it was told.
_SLACK = 600_000_000
#: What the feed can be sorted by.
_SORTS = {"seq": "s.seq"}


def tell(session: Session, request: w.Tell) -> w.Told:
    """Keep events, each once by its id; raises `BadRequest` that names the event at fault, and then keeps none."""
    told: Sequence[w.NewEvent] = request.items or ([] if request == w.Tell() else [request])
    if len(told) > _BATCH:
        raise BadRequest(f"{len(told):,} events were told at once; at most {_BATCH:,} are taken.")
    events = [_made(session, number, each) for number, each in enumerate(told)]
    session.order()
    ids = json_text([event.id for event in events])
    row = session.row("events_known", ids=ids)
    known = int(row[0] or 0) if row else 0
    rows = StateRows()
    for event in {event.id: event for event in events}.values():
        rows.tell(event)
    rows.write(session)
    return w.Told(ids=[event.id for event in events], new=len(rows.rows) - known)


def _made(session: Session, number: int, told: w.NewEvent) -> Event:
    try:
        return understood(told, now=session.now(), new_id=session.new_id, caller=session.caller)
    except BadRequest as problem:
        raise BadRequest(f"Event {number + 1}: {problem}") from problem


def read(session: Session, request: w.EventId) -> w.FedEvent:
    """Return an event that was told; raises `NotFound`."""
    where = Where(session.dialect)
    where.add("s.subject = 2")
    where.compare("s.id", "=", request.id)
    rows = session.select(statement("event_select") + where.sql(), where.params)
    if not rows:
        raise NotFound(kind="event", id=request.id)
    return event_out(rows[0])


def list_page(session: Session, request: w.EventQuery) -> w.Events:
    """Return a page of the feed."""
    sort = Sort(request.sort, _SORTS, "s.seq", numbered=True)
    source, joins = _source()
    stretches = _stretches(session, request)
    found: list[Row] = []
    for stretch in reversed(stretches) if sort.down else stretches:
        where = _where(session, request, stretch)
        sort.beyond(where, request.after)
        # A full page looks whether anything comes after it.
        wanted = request.limit - len(found) or min(request.limit, 1)
        rows, after = search(
            session, statement("event_select"), source, where, sort, wanted, cells={"seq": 0}, joins=joins
        )
        if len(found) == request.limit > 0:
            if rows or after is not None:
                return w.Events(
                    items=[event_out(row) for row in found], next=encode_cursor(found[-1][0], _seq(found[-1]))
                )
            continue
        found += rows
        if after is not None:
            return w.Events(items=[event_out(row) for row in found], next=after)
    return w.Events(items=[event_out(row) for row in found])


def _seq(row: Row) -> int:
    return int(row[0] or 0)


def count_all(session: Session, request: w.EventQuery) -> Count:
    """Count events."""
    source, joins = _source()
    newest = Sort("-seq", _SORTS, "s.seq", numbered=True)
    many = 0
    for stretch in reversed(_stretches(session, request)):
        where = _where(session, request, stretch)
        if request.at_most is None:
            many += count(session, f"{source}{joins}" if where.sought else source, where)
            continue
        some, more = count_up_to(session, source, where, request.at_most - many, newest, joins=joins)
        many += some
        if more:
            return Count(many, more)
    return Count(many)


def _source() -> tuple[str, str]:
    """Return the feed, and what else a condition may need to know of the run that a state is of."""
    source, _, joins = statement("event_select").partition("\nFROM ")[2].partition("\n")
    return source, f"\n{joins}"


def found_in(session: Session, request: w.EventQuery) -> list[Found]:
    """Return where what a query asks for may stand, in the order of the feed."""
    source, joins = _source()
    stretches = _stretches(session, request)
    return [Found(source, joins, _where(session, request, stretch), told=stretch.told) for stretch in stretches]


class Found(NamedTuple):
    """Rows of the feed that a query is about, with what else conditions may need that are sought."""

    source: str
    joins: str
    where: Where
    #: Only what was told long after, or before, it occurred.
    told: bool


class Stretch(Struct, frozen=True, kw_only=True):
    """Numbers of the feed between which to look; `told`: only at rows that say when they were told."""

    low: int | None = None
    high: int | None = None
    told: bool = False


def _stretches(session: Session, asked: w.EventQuery) -> list[Stretch]:
    """Return, in the order of the feed, where what occurred in the range that is asked for may stand.

    Most was told when it occurred. What was told long afterwards, or beforehand, stands elsewhere, and an index knows it.
    """
    low, high = _ends(session, asked)
    before = [] if low is None else [Stretch(high=low - 1, told=True)]
    behind = [] if high is None else [Stretch(low=high + 1, told=True)]
    return [*before, Stretch(low=low, high=high), *behind]


def _ends(session: Session, asked: w.EventQuery) -> tuple[int | None, int | None]:
    """Return between which numbers all stands that occurred in the range and was told within ten minutes of it."""
    # Once because a row may be told so much later, and once because those that are met on the way may be.
    after, before = asked.occurred_after, asked.occurred_before
    return (
        None if after is None else seq_at(session, micros(after) - 2 * _SLACK),
        None if before is None else seq_at(session, micros(before) + 2 * _SLACK),
    )


def _where(session: Session, asked: w.EventQuery, stretch: Stretch) -> Where:
    where = Where(session.dialect)
    where.compare("s.seq", ">=", stretch.low)
    where.compare("s.seq", "<=", stretch.high)
    if stretch.told:
        where.add("s.told IS NOT NULL")
    if asked.ids is not None:
        where.among("s.id", asked.ids)
    if asked.names is not None:
        names = [pattern(name) for name in asked.names]
        condition = _any([_named(where, name) for name in names])
        (where.add if all(_is_told(name) for name in names) else where.seek)(condition)
    for name in asked.not_names or ():
        where.seek(f"NOT ({_named(where, pattern(name))})")
    if asked.resource_ids is not None:
        ids = [pattern(id) for id in asked.resource_ids]
        condition = _any([_of(where, id, told=asked.changes) for id in ids])
        (where.add if all(id.is_exact if asked.changes else _is_told(id) for id in ids) else where.seek)(condition)
    if asked.any_resource_ids is not None:
        ids = [pattern(id) for id in asked.any_resource_ids]
        conditions = [condition for id in ids for condition in (_of(where, id), _related_to(where, id))]
        where.seek(_any(conditions), looks_up=True)
    for id in asked.related_ids or ():
        where.seek(_related_to(where, pattern(id)), looks_up=True)
    for role in asked.related_roles or ():
        where.seek(_has_role(where, role), looks_up=True)
    if asked.actor is not None:
        place = "json_extract(s.body, '$.actor.name')" if where.dialect == "sqlite" else "s.body #>> '{actor,name}'"
        where.seek(f"{place} = {where.hold(asked.actor)}")
    if asked.state_types is not None or asked.state_names is not None:
        _in_state(where, asked.state_types or [], asked.state_names or [])
    if asked.changes:
        where.add("s.subject = 2 AND s.name = 'change'") if asked.resource_ids else where.seek(
            "s.subject = 2 AND s.name = 'change'"
        )
    if asked.text is not None:
        _contains(where, asked.text)
    where.compare("s.seq", ">", asked.after_seq)
    for sign, instant in ((">=", asked.occurred_after), ("<", asked.occurred_before)):
        if instant is not None:
            # Between its ends nearly everything fits; of what was told at another time perhaps nothing.
            (where.seek if stretch.told else where.add)(f"s.occurred {sign} {where.hold(micros(instant))}")
    return where


def _is_told(asked: Pattern) -> bool:
    """Say whether only events of their own can fit, of which there is an index; all others are states of runs."""
    return asked.is_exact and not within(FLOW_RUN, asked) and not within(TASK_RUN, asked)


def _any(conditions: list[str]) -> str:
    return f"({' OR '.join(conditions)})" if conditions else "1 = 0"


def _fits(where: Where, column: str, asked: Pattern) -> str:
    if asked.is_exact:
        return f"{column} = {where.hold(asked.text)}"
    beginning = asked.beginning
    if beginning is not None:
        return f"substr({column}, 1, {len(beginning)}) = {where.hold(beginning)}" if beginning else "1 = 1"
    if where.dialect == "sqlite":
        plain = asked.text.replace("[", "[[]").replace("?", "[?]")
        return f"{column} GLOB {where.hold(plain)}"
    plain = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
    return f"{column} LIKE {where.hold(plain)}"


def _named(where: Where, asked: Pattern) -> str:
    """The condition that an event has a name; of a state the name follows from its type where it has none of its own."""
    parts = [f"(s.subject = 2 AND {_fits(where, 's.type', asked)})"]
    for subject, family in enumerate((FLOW_RUN, TASK_RUN)):
        parts += [f"(s.subject = {subject} AND {_fits(where, _STATE_NAME, state)})" for state in within(family, asked)]
    return _any(parts)


_STATE_NAME = "coalesce(s.name, substr(s.type, 1, 1) || lower(substr(s.type, 2)))"


def _in_state(where: Where, types: list[str], names: list[str]) -> None:
    """Add that an event is a state of one of these types, or with one of these names in any case."""
    inner = Where(where.dialect)
    inner.params = where.params
    inner.among("s.type", types)
    inner.among(f"lower({_STATE_NAME})", [name.lower() for name in names])
    where.seek(f"s.subject < 2 AND ({' OR '.join(inner.parts)})")


def _of(where: Where, asked: Pattern, *, told: bool = False) -> str:
    """The condition that an event happened to a resource; `told`: only events of their own are meant."""
    parts = [f"(s.subject = 2 AND {_fits(where, 's.run_id', asked)})"]
    if told:
        return parts[0]
    for subject, family in enumerate((FLOW_RUN, TASK_RUN)):
        parts += [f"(s.subject = {subject} AND {_fits(where, 's.run_id', run)})" for run in within(family, asked)]
    return _any(parts)


def _related_to(where: Where, asked: Pattern) -> str:
    """The condition that something related has this id; of states, what is related is what they are put to on reading."""
    parts = [f"(s.subject = 2 AND {_mentions(where, asked.text)})"]
    parts += [f"(s.subject = 1 AND {_fits(where, 't.flow_run_id', run)})" for run in within(FLOW_RUN, asked)]
    parts += [f"(s.subject < 2 AND {_fits(where, _FLOW_ID, flow)})" for flow in within(FLOW, asked)]
    parts += [f"(s.subject < 2 AND {where.has(_TAGS, _fits(where, '{}', tag))})" for tag in within(TAG, asked)]
    for family, column in _OF_RUNS.items():
        parts += [f"(s.subject = 0 AND {_fits(where, column, each)})" for each in within(family, asked)]
    return _any(parts)


#: What else flow runs have to do with.
_OF_RUNS = {DEPLOYMENT: "r.deployment_id", WORK_QUEUE: "r.work_queue_id", WORK_POOL: "r.work_pool_id"}
_FLOW_ID, _TAGS = "coalesce(r.flow_id, p.flow_id)", "coalesce(r.tags, t.tags)"


def _has_role(where: Where, role: str) -> str:
    parts = [f"(s.subject = 2 AND {_mentions(where, role)})"]
    states = {
        "flow-run": "t.flow_run_id IS NOT NULL",
        "flow": f"{_FLOW_ID} IS NOT NULL",
        "tag": where.has(_TAGS, "1 = 1"),
        **{family.split(".")[1]: f"{column} IS NOT NULL" for family, column in _OF_RUNS.items()},
    }
    if role in states:
        parts.append(f"(s.subject < 2 AND {states[role]})")
    return _any(parts)


def _mentions(where: Where, value: str) -> str:
    """The condition that a label of what is related has this value; a star in its middle may reach into another label."""
    place = "json_extract(s.body, '$.related')" if where.dialect == "sqlite" else "(s.body ->> 'related')"
    escaped = json_text(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
    return f"{place} LIKE {where.hold('%' + escaped + '%')} ESCAPE '\\'"


def _contains(where: Where, text: str) -> None:
    body = "s.body" if where.dialect == "sqlite" else "s.body::text"
    where.contains(
        f"(s.type || ' ' || s.run_id || ' ' || coalesce({body}, '') || ' ' || coalesce(r.name, t.name, ''))", text,
        looks_up=True,
    )  # fmt: skip


def seq_at(session: Session, at: int) -> int:
    """Return about the first number of the feed that was told at an instant; numbers rise with time, so by halves."""
    ends = session.row("feed_ends")
    low, high = (int(ends[0] or 0), int(ends[1] or 0)) if ends else (0, 0)
    while low < high:
        middle = (low + high) // 2
        row = session.row("feed_instant", seq=middle)
        if row is not None and int(row[0] or 0) < at:
            low = middle + 1
        else:
            high = middle
    return low


HANDLERS = dict(
    (
        pair(w.EVENT_TELL, tell),
        pair(w.EVENT_LIST, list_page),
        pair(w.EVENT_COUNT, count_all),
        pair(w.EVENT_READ, read),
    )
)
