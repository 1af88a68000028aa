"""Whose turn it is for the slots of a limit: told to the processes that wait, so that nobody has to ask again and again."""

from __future__ import annotations

from segue.decide.slots import Queued, Room, claim
from segue.model.runs import Id
from segue.service.slots import ClaimRow, living, of_waiters
from segue.store.session import Session


def claims_in_turn(session: Session) -> set[Id]:
    """Return the claims that wait and would be granted, or refused, if they were asked for now."""
    limits = {limit.id: limit for limit in of_waiters(session)}
    claims = living(session, list(limits.values()))
    now = session.now()
    taken = {id: limit.level_now(now) for id, limit in limits.items()}
    first: dict[str, Id] = {}
    waiting: dict[Id, list[ClaimRow]] = {}
    for each in claims:
        if each.held:
            taken[each.limit_id] += each.slots
        else:
            # In the order of their asking.
            first.setdefault(each.limit_id, each.id)
            waiting.setdefault(each.id, []).append(each)
    found: set[Id] = set()
    for id, rows in waiting.items():
        named = [limits[row.limit_id] for row in rows if limits[row.limit_id].active]
        if any(first[limit.id] != id for limit in named):
            continue
        rooms = [Room(name=limit.name, slots=limit.slots, decay=limit.decay, taken=taken[limit.id]) for limit in named]
        if not isinstance(claim(rooms, slots=rows[0].slots, rate=False), Queued):
            found.add(id)
    return found
