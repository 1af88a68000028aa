"""Why a run that waits to be started is not: the gates between it and a worker, in the order in which it passes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from segue.model.waiting import Gate, Keeper


class Shut(Struct, frozen=True, kw_only=True):
    """Something that was paused."""

    what: str
    #: Who paused it, where that is on record.
    keeper: Keeper | None = None


class Full(Struct, frozen=True, kw_only=True):
    """A limit all of whose slots are taken."""

    #: `deployment etl/nightly`, `work queue here/urgent`, `work pool here`.
    of: str
    slots: int
    taken: int
    keepers: Sequence[Keeper] = ()


class Seat(Struct, frozen=True, kw_only=True):
    """A worker that asks for the run's queue, and how many runs it has."""

    id: str
    name: str
    taken: int
    #: None: as many as there are.
    slots: int | None = None


class Before(Struct, frozen=True, kw_only=True):
    """Runs that are served before."""

    #: `its queue`, `queue here/urgent`.
    where: str
    many: int
    #: Nobody has counted further.
    more: bool = False
    keepers: Sequence[Keeper] = ()


class Place(Struct, frozen=True, kw_only=True):
    """Where a run waits, and what stands in its way there."""

    #: `pool here`, or `deployment etl/nightly` where no pool is asked: in words that follow "a worker of".
    of: str
    paused: Sequence[Shut] = ()
    workers: Sequence[Seat] = ()
    #: The queue that they ask for, `work queue here/urgent`, and the names of workers that are there and ask for others alone.
    queue: str | None = None
    elsewhere: Sequence[str] = ()
    #: Workers that were there and are gone, the last one first.
    gone: Sequence[Keeper] = ()
    #: False where nobody can tell who serves the place.
    counted: bool = True
    full: Sequence[Full] = ()
    before: Sequence[Before] = ()
    #: The schedule that starts the run at its instant: until then nobody may.
    schedule: Keeper | None = None


def standing(place: Place, *, since: datetime, due: bool) -> list[Gate]:
    """Return the gates that are shut: before its time only those that will not open by themselves."""
    shut = [_paused(each) for each in place.paused]
    shut += _workers(place, due=due)
    if not due:
        return shut
    if place.schedule is not None:
        what = "the scheduler of a server to fire its instant"
        shut.insert(0, Gate(kind="schedule", what=what, since=since, keepers=[place.schedule]))
    shut += [_full(each) for each in place.full]
    shut += [_before(each) for each in place.before if each.many]
    return shut or [_next(place, since)]


def _paused(shut: Shut) -> Gate:
    since = None if shut.keeper is None else shut.keeper.since
    keepers = [] if shut.keeper is None else [shut.keeper]
    return Gate(kind="paused", what=f"{shut.what} to be resumed: it is paused", since=since, keepers=keepers)


def _workers(place: Place, *, due: bool) -> list[Gate]:
    if not place.counted:
        return []
    if not place.workers:
        last = place.gone[0].since if place.gone else None
        what = f"a worker of {place.of}: none is there"
        if place.elsewhere:
            what = f"a worker of {place.queue}: those that are there take runs of other queues alone ({', '.join(place.elsewhere)})"
        return [Gate(kind="worker", what=what, since=last, keepers=list(place.gone))]
    if due and all(each.slots is not None and each.taken >= each.slots for each in place.workers):
        some = ", ".join(f"{each.name} runs {each.taken} of {each.slots}" for each in place.workers[:5])
        keepers = [Keeper(type="worker", name=each.name, id=each.id) for each in place.workers[:5]]
        return [Gate(kind="slot", what=f"a worker of {place.of} with room ({some})", keepers=keepers)]
    return []


def _full(full: Full) -> Gate:
    what = f"a slot of {full.of} ({full.taken} of {full.slots} taken)"
    return Gate(kind="slot", what=what, keepers=list(full.keepers))


def _before(before: Before) -> Gate:
    many = f"{before.many:,} run{'' if before.many == 1 else 's'}{' or more' if before.more else ''}"
    return Gate(
        kind="order", what=f"{many} of {before.where} before it", ahead=before.many, keepers=list(before.keepers)
    )


def _next(place: Place, since: datetime) -> Gate:
    if not place.counted:
        return Gate(kind="claim", what=f"the program that serves {place.of}: its time has come", since=since)
    names = ", ".join(each.name for each in place.workers[:5])
    keepers = [Keeper(type="worker", name=each.name, id=each.id) for each in place.workers[:5]]
    return Gate(
        kind="claim", what=f"a worker to take it, which may be any moment: {names}", since=since, keepers=keepers
    )
