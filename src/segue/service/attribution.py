"""Whose doing a state is: told by whoever makes it, and believed as far as the one who asks is known.

Where a key or a sign-in proved who asks, a state may name them, or somebody whom the run's own history names (who asked it to
stop), and nobody else. What is proposed from outside always names somebody, and says why where a reason was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from segue.model.records import EventTold, Record
from segue.model.states import Actor, Cancelled, Cancelling, State
from segue.store.rows import state_row_out
from segue.store.session import Session


def creator(session: Session, told: Actor | None) -> Actor | None:
    """Return who made a thing: whoever asks, as far as that is known."""
    caller = session.caller
    if caller is None:
        return told
    if told is None:
        return caller.actor
    return _mine(caller.actor, told) if caller.proven else told


def from_outside(session: Session, state: State, known: Iterable[Actor | None] = ()) -> State:
    """Return a state that somebody outside proposes, with who and why."""
    state, caller = believed(session, state, known), session.caller
    if state.actor is None and caller is not None:
        state = msgspec.structs.replace(state, actor=caller.actor)
    if state.message is None and caller is not None and caller.reason is not None:
        return msgspec.structs.replace(state, message=caller.reason)
    actor = state.actor
    # A program words the states that it proposes by itself; the record names its user beside.
    if actor is None or actor.means == "sdk" or state.message is not None:
        return state
    if isinstance(state, Cancelling | Cancelled):
        means = f" ({actor.means})" if actor.means else ""
        return msgspec.structs.replace(state, message=f"Cancelled by {actor.name}{means}.")
    return state


def believed(session: Session, state: State, known: Iterable[Actor | None] = ()) -> State:
    """Return a state that names nobody who had nothing to do with it; `known`: who had."""
    caller, actor = session.caller, state.actor
    if caller is None or not caller.proven or actor is None or _same(actor, caller.actor):
        return state
    if any(each is not None and _same(actor, each) for each in known):
        return state
    return msgspec.structs.replace(state, actor=_mine(caller.actor, actor))


def first(session: Session, states: Sequence[State], *, again: bool = False) -> list[State]:
    """Return the first states of a run; `again`: of another start of it, which is somebody's doing as the run itself was."""
    believable, caller = [believed(session, state) for state in states], session.caller
    if not believable or caller is None:
        return believable
    begins = believable[0]
    if again and begins.actor is None:
        begins = msgspec.structs.replace(begins, actor=caller.actor)
    if begins.message is None and caller.reason is not None:
        begins = msgspec.structs.replace(begins, message=caller.reason)
    return [begins, *believable[1:]]


def records(session: Session, lease_id: str, told: Sequence[Record]) -> Sequence[Record]:
    """Return records whose states and events name nobody who had nothing to do with them."""
    caller = session.caller
    if caller is None or not caller.proven or not any(_names_another(each, caller.actor) for each in told):
        return told
    known = [state_row_out(row).state.actor for row in session.rows("flow_run_history", id=lease_id)]
    return [_record(session, each, caller.actor, known) for each in told]


def _names_another(record: Record, me: Actor) -> bool:
    if isinstance(record, EventTold):
        actor = record.event.actor
    else:
        state = getattr(record, "state", None)
        actor = None if state is None else state.actor
    return actor is not None and not _same(actor, me)


def _record(session: Session, record: Record, me: Actor, known: list[Actor | None]) -> Record:
    if not _names_another(record, me):
        return record
    if isinstance(record, EventTold):
        event = record.event
        actor = _mine(me, event.actor) if event.actor is not None else me
        return EventTold(msgspec.structs.replace(event, actor=actor))
    state: State = record.state  # type: ignore[union-attr]  # only records with a state name anybody
    return msgspec.structs.replace(record, state=believed(session, state, known))


def _same(one: Actor, other: Actor) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _mine(me: Actor, told: Actor) -> Actor:
    """Return who asks, by the means that were told: these nobody can prove."""
    return msgspec.structs.replace(me, means=told.means or me.means)
