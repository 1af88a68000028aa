"""Concurrency limits: made, changed, read; slots taken and given back. What is occupied is what the living hold."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import msgspec
from msgspec import Struct

from segue.decide.slots import Granted, Queued, Refused, Room, claim, decayed
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError
from segue.model.runs import TaskRun
from segue.model.slots import TAG, Limit, SlotClaim, SlotHolder
from segue.service import flow_runs, task_runs
from segue.service.happenings import changed, happened
from segue.service.identified import identified
from segue.service.leases import read_lease
from segue.service.pairing import pair
from segue.store.codec import instant, json_or_none, json_text, micros, micros_or_none
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import slots as w
from segue.wire.queries import Count
from segue.wire.requests import ById, ByName, Nothing

#: Seconds after which a waiting claim that was not asked for again is forgotten.
_PATIENCE = 10.0
_NAME = re.compile(r"[^/%&><]{1,255}")
_holders = msgspec.json.Decoder(SlotHolder)


class NoSlots(SegueError):
    """These slots cannot be taken."""

    code = "slots.refused"
    status = 422


class NoLimit(NotFound):
    """Concurrency limits {names} must be created before acquiring slots"""  # noqa: D400 - the words that users know

    code = "slots.no-limit"


class LimitRow(Struct, frozen=True):
    """A limit as it is stored."""

    id: str
    name: str
    slots: int
    active: bool
    decay: float | None
    level: float
    level_at: int
    created: int
    updated: int

    def level_now(self, now: datetime) -> float:
        """What is taken of a limit with decay."""
        if self.decay is None:
            return 0.0
        return decayed(self.level, decay=self.decay, seconds=(now - instant(self.level_at)).total_seconds())


class ClaimRow(Struct, frozen=True):
    """A claim that lives, as it is stored."""

    limit_id: str
    id: str
    slots: int
    held: bool
    lease_id: str | None
    holder: str | bytes | None
    asked: int
    expires: int


def create(session: Session, request: w.NewLimit) -> Limit:
    """Make a limit; raises `AlreadyExists`, `BadRequest`."""
    request = identified(session, request)
    known = _find(session, request.name)
    if known is not None:
        if known.id == request.id:
            return _told(session, known)
        raise AlreadyExists(kind="concurrency limit", id=request.name)
    _check(request.name, request.limit, request.slot_decay_per_second)
    session.run(
        "limit_put", id=request.id, name=request.name, slots=request.limit, active=int(request.active),
        decay=request.slot_decay_per_second or None, now=micros(session.now()),
    )  # fmt: skip
    _changed(session, "created", request.name, limit=request.limit)
    return read(session, ByName(request.name))


def read(session: Session, request: ByName) -> Limit:
    """Return a limit with those who hold its slots and those who wait; raises `NotFound`."""
    return _told(session, _known(session, request.name))


def edit(session: Session, request: w.LimitEdit) -> Limit:
    """Change a limit; who holds slots keeps them, even where there are fewer now. Raises `NotFound`, `AlreadyExists`."""
    now = session.now()
    known = _known(session, request.name)
    name = request.new_name if request.new_name is not None else known.name
    slots = request.limit if request.limit is not None else known.slots
    decay = request.slot_decay_per_second if request.slot_decay_per_second is not None else known.decay or 0.0
    _check(name, slots, decay)
    if name != known.name and _find(session, name) is not None:
        raise AlreadyExists(kind="concurrency limit", id=name)
    active = request.active if request.active is not None else known.active
    session.run(
        "limit_edit", id=known.id, name=name, slots=slots, active=int(active), decay=decay or None,
        level=known.level_now(now), now=micros(now),
    )  # fmt: skip
    _changed(session, "updated", name, limit=slots, active=active)
    return read(session, ByName(name))


def delete(session: Session, request: ByName) -> Nothing:
    """Delete a limit; whoever held its slots goes on, whoever waited is let through. Raises `NotFound`."""
    known = _known(session, request.name)
    session.run("claims_of_limit_delete", limit_id=known.id)
    session.run("limit_delete", id=known.id)
    _changed(session, "deleted", known.name)
    return Nothing()


def reset(session: Session, request: w.ResetLimit) -> Limit:
    """Take every slot back, whoever holds it; raises `NotFound`.

    Of the task runs that are named each has one afterwards; raises `BadRequest` for one that does not run, which nothing would take
    it from.
    """
    known = _known(session, request.name)
    alive = living(session, [known])
    keeping = set(request.task_run_ids)
    for each in alive:
        holder = _holders.decode(each.holder) if each.held and each.holder is not None else None
        if holder is not None and holder.id in keeping:
            keeping.discard(holder.id)
        else:
            session.run("claim_drop", limit_id=known.id, id=each.id)
    for id in sorted(keeping):
        _give(session, known, task_runs.read(session, ById(id)))
    session.run("limit_fill", id=known.id, level=0.0, now=micros(session.now()))
    _changed(session, "reset", known.name)
    return read(session, ByName(request.name))


def _give(session: Session, limit: LimitRow, run: TaskRun) -> None:
    """Let a task run hold a slot under the lease of its flow run."""
    lease_id = run.lease_id
    if lease_id is None and run.flow_run_id is not None:
        lease_id = flow_runs.read(session, ById(run.flow_run_id)).lease_id
    lease = read_lease(session, lease_id)
    if run.state.final or lease is None or lease.ended is not None:
        raise BadRequest(f"Task run {run.name} does not run now, so it cannot hold a slot.", field="task_run_ids")
    asked = w.TakeSlots(
        id=session.new_id(), names=[limit.name], lease_id=lease_id,
        holder=SlotHolder(type="task-run", id=run.id, name=run.name),
    )  # fmt: skip
    _put(session, asked, [limit], asked=micros(session.now()), held=True, seconds=asked.seconds)


def list_page(session: Session, request: w.LimitQuery) -> w.Limits:
    """Return a page of limits."""
    where = _where(session, request)
    sort = Sort(request.sort, {"name": "c.name", "created": "c.created"}, "c.name")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("limit_select"), where, sort, request.limit, request.offset)
    found = [_limit(row) for row in rows]
    alive = living(session, found)
    after = encode_cursor(rows[-1][7 if sort.word == "created" else 1], found[-1].name) if more else None
    return w.Limits(items=[_told(session, limit, alive) for limit in found], next=after)


def count_all(session: Session, request: w.LimitQuery) -> Count:
    """Count limits."""
    return Count(count(session, "concurrency_limit AS c", _where(session, request)))


def take(session: Session, request: w.TakeSlots) -> w.Slots:
    """Give a claim its slots, or a place in the queue.

    Raises `NoSlots` where it can never have them, `NoLimit` if strict, `NotFound` for a lease that is not held.
    """
    now = session.now()
    names = sorted(set(request.names))
    if request.mode not in {"concurrency", "rate_limit"}:
        raise BadRequest(f"mode is {request.mode!r}; it must be concurrency or rate_limit.")
    limits = [_limit(row) for row in session.rows("limits_named", names=json_text(names))]
    missing = sorted(set(names) - {limit.name for limit in limits})
    if missing and request.strict:
        raise NoLimit(names=missing)
    limits = [limit for limit in limits if limit.active]
    if not limits:
        return w.Slots(held=True)
    session.run("claims_forget", limits=json_text([limit.id for limit in limits]), now=micros(now))
    alive = living(session, limits)
    mine = [each for each in alive if each.id == request.id]
    if any(each.held for each in mine):
        return w.Slots(held=True)
    asked = mine[0].asked if mine else micros(now)
    rooms = [_room(limit, alive, request.id, asked, now) for limit in limits]
    match claim(rooms, slots=request.slots, rate=request.mode == "rate_limit"):
        case Refused(reason=reason):
            raise NoSlots(reason)
        case Queued(limit=name, ahead=ahead, seconds=seconds):
            if request.wait:
                _put(session, request, limits, asked=asked, held=False, seconds=_PATIENCE)
            return w.Slots(held=False, waiting_for=name, ahead=ahead, seconds=seconds)
        case Granted():
            _fill(session, request, limits, now, asked)
            return w.Slots(held=True)


def _fill(session: Session, request: w.TakeSlots, limits: Sequence[LimitRow], now: datetime, asked: int) -> None:
    """Write what a granted claim takes: of limits with decay a level, of the others slots that are held."""
    session.row("claim_free", id=request.id)
    for limit in limits:
        if limit.decay is not None:
            session.run("limit_fill", id=limit.id, level=limit.level_now(now) + request.slots, now=micros(now))
    held = [limit for limit in limits if limit.decay is None]
    _put(session, request, held, asked=asked, held=True, seconds=request.seconds)
    for limit in held:
        _happened(session, "acquired", limit.name, slots=request.slots, holder=request.holder)


def _put(
    session: Session, request: w.TakeSlots, limits: Sequence[LimitRow], *, asked: int, held: bool, seconds: float
) -> None:
    lease = read_lease(session, request.lease_id)
    if request.lease_id is not None and (lease is None or lease.ended is not None):
        raise NotFound(kind="lease", id=request.lease_id)
    for limit in limits:
        session.run(
            "claim_put", limit_id=limit.id, id=request.id, slots=request.slots, held=int(held), lease_id=request.lease_id,
            fence=lease.fence if lease is not None else None, holder=json_or_none(request.holder), asked=asked,
            expires=micros(session.now() + timedelta(seconds=seconds)),
        )  # fmt: skip


def keep(session: Session, request: w.KeepSlots) -> w.Slots:
    """Hold a claim longer; `held` is false when it is gone."""
    expires = micros(session.now() + timedelta(seconds=request.seconds))
    return w.Slots(held=session.run("claim_renew", id=request.id, expires=expires) > 0)


def free(session: Session, request: w.Slot) -> Nothing:
    """Give slots back, or leave the queue; a claim that is gone is no mistake."""
    for row in session.rows("claim_free", id=request.id):
        limit_id, slots, held = cast("tuple[str, int, int]", row)
        if held:
            where = Where(session.dialect)
            where.compare("c.id", "=", limit_id)
            (name,) = (
                _limit(each).name for each in session.select(statement("limit_select") + where.sql(), where.params)
            )
            _happened(session, "released", name, slots=slots)
    return Nothing()


def release(session: Session, request: w.ReleaseSlots) -> w.Limits:
    """Give back slots that programs took without a lease; raises `NoLimit`. Those that nobody holds any more are no mistake."""
    names = sorted(set(request.names))
    limits = [_limit(row) for row in session.rows("limits_named", names=json_text(names))]
    missing = sorted(set(names) - {limit.name for limit in limits})
    if missing:
        raise NoLimit(names=missing)
    alive = living(session, limits)
    for limit in limits:
        left = request.slots
        for each in alive:
            holder = _holders.decode(each.holder) if each.held and each.holder is not None else None
            if each.limit_id != limit.id or holder is None or holder.type != w.CLIENT or each.lease_id is not None:
                continue
            taken = min(left, each.slots)
            if taken == each.slots:
                session.run("claim_drop", limit_id=limit.id, id=each.id)
            elif taken:
                session.run("claim_shrink", limit_id=limit.id, id=each.id, slots=each.slots - taken)
            left -= taken
        if left < request.slots:
            _happened(session, "released", limit.name, slots=request.slots - left)
    return w.Limits(items=[read(session, ByName(limit.name)) for limit in limits])


def _room(limit: LimitRow, alive: Sequence[ClaimRow], claim_id: str, asked: int, now: datetime) -> Room:
    others = [each for each in alive if each.limit_id == limit.id and each.id != claim_id]
    return Room(
        name=limit.name,
        slots=limit.slots,
        decay=limit.decay,
        taken=sum(each.slots for each in others if each.held) + limit.level_now(now),
        ahead=sum(1 for each in others if not each.held and (each.asked, each.id) < (asked, claim_id)),
    )


def of_waiters(session: Session) -> list[LimitRow]:
    """Return the limits for which somebody waits."""
    where = Where(session.dialect)
    where.add("c.id IN (SELECT limit_id FROM slot_claim WHERE held = 0)")
    return [_limit(row) for row in session.select(statement("limit_select") + where.sql(), where.params)]


def living(session: Session, limits: Sequence[LimitRow]) -> list[ClaimRow]:
    """Return who holds slots of these limits, and who waits, in the order of their asking."""
    if not limits:
        return []
    rows = session.rows("claims_living", limits=json_text([limit.id for limit in limits]), now=micros(session.now()))
    return [ClaimRow(*cast("tuple[str, str, int, bool, str | None, str | None, int, int]", row)) for row in rows]


def _find(session: Session, name: str) -> LimitRow | None:
    rows = session.rows("limits_named", names=json_text([name]))
    return _limit(rows[0]) if rows else None


def _known(session: Session, name: str) -> LimitRow:
    found = _find(session, name)
    if found is None:
        raise NotFound(kind="concurrency limit", id=name)
    return found


def _limit(row: object) -> LimitRow:
    id, name, slots, active, decay, *rest = cast("tuple[str, str, int, int, float | None, float, int, int, int]", row)
    return LimitRow(id, name, slots, bool(active), decay, *cast("tuple[float, int, int, int]", tuple(rest)))


def _told(session: Session, limit: LimitRow, alive: Sequence[ClaimRow] | None = None) -> Limit:
    claims = [each for each in (living(session, [limit]) if alive is None else alive) if each.limit_id == limit.id]
    taken = sum(each.slots for each in claims if each.held) + math.ceil(limit.level_now(session.now()))
    return Limit(
        id=limit.id,
        name=limit.name,
        limit=limit.slots,
        created=instant(limit.created),
        updated=instant(limit.updated),
        active=limit.active,
        active_slots=taken,
        slot_decay_per_second=limit.decay or 0.0,
        holders=[_claim(each) for each in claims if each.held],
        waiters=[_claim(each) for each in claims if not each.held],
    )


def _claim(row: ClaimRow) -> SlotClaim:
    holder = _holders.decode(row.holder) if row.holder is not None else None
    return SlotClaim(id=row.id, slots=row.slots, asked=instant(row.asked), holder=holder)


def _check(name: str, slots: int, decay: float) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest(f"{name!r} is no name for a limit: it has 1 to 255 characters, none of them / % & > <.")
    if not 0 <= slots <= 1_000_000:
        raise BadRequest(f"A limit has 0 to 1,000,000 slots, not {slots:,}.")
    if not (0 <= decay < math.inf):
        raise BadRequest(f"slot_decay_per_second is {decay}; it must be 0 or more.")
    if decay and name.startswith(TAG):
        raise BadRequest("The slots of a tag's limit are held by tasks; they cannot decay.")


def _happened(session: Session, what: str, name: str, **payload: object) -> None:
    happened(session, f"segue.concurrency-limit.{what}", _labels(name), **payload)


def _changed(session: Session, what: str, name: str, **payload: object) -> None:
    changed(session, f"segue.concurrency-limit.{what}", _labels(name), **payload)


def _labels(name: str) -> dict[str, str]:
    return {"segue.resource.id": f"segue.concurrency-limit.{name}", "segue.resource.name": name}


def _where(session: Session, asked: w.LimitQuery) -> Where:
    where = Where(session.dialect)
    where.among("c.name", asked.names)
    where.like("c.name", asked.name_like)
    if asked.of_tags is not None:
        where.add(f"substr(c.name, 1, {len(TAG)}) {'=' if asked.of_tags else '<>'} {where.hold(TAG)}")
    where.compare("c.created", ">=", micros_or_none(asked.created_after))
    return where


HANDLERS = dict(
    (
        pair(w.LIMIT_CREATE, create),
        pair(w.LIMIT_READ, read),
        pair(w.LIMIT_EDIT, edit),
        pair(w.LIMIT_DELETE, delete),
        pair(w.LIMIT_RESET, reset),
        pair(w.LIMIT_LIST, list_page),
        pair(w.LIMIT_COUNT, count_all),
        pair(w.SLOTS_TAKE, take),
        pair(w.SLOTS_KEEP, keep),
        pair(w.SLOTS_FREE, free),
        pair(w.SLOTS_RELEASE, release),
    )
)
