"""Who may do what: the one place where roles become rights, beside the table that says which right each operation needs.

A role is a set of rights. A key may have fewer: a lower role, or scopes. A scope is a right (`read`, `run`, `edit`, `admin`), or
one for a single noun of the table (`run:events`). A scope such as `pool:laptops` gives nothing: it takes away all that is not about
that work pool, and what cannot be told apart by pools (`wire.pool_rights`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from segue.model.errors import BadRequest
from segue.wire.operation import Access, Operation
from segue.wire.table import OPERATIONS

_READ, _RUN, _EDIT, _ADMIN = Access.READ.value, Access.RUN.value, Access.EDIT.value, Access.ADMIN.value

#: How a scope begins that names a work pool.
POOL = "pool:"

#: What each role may do, the least first.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset({_READ}),
    "operator": frozenset({_READ, _RUN, _EDIT}),
    "admin": frozenset({_READ, _RUN, _EDIT, _ADMIN}),
}
#: The rights of everybody as long as there are no accounts.
ALL = ROLES["admin"]


class Reach(Enum):
    """What of a request must be the run's own, where a run asks by its own token."""

    #: Nothing: what is done is nobody's in particular.
    ANY = "any"
    #: The lease that it names, all those, or the lease itself.
    LEASE = "lease"
    LEASES = "leases"
    LEASE_ITSELF = "lease-itself"
    #: The flow run itself, that to which the thing belongs, or that which calls a new one.
    FLOW_RUN = "flow-run"
    OF_FLOW_RUN = "of-flow-run"
    #: The same of each of several things.
    OF_FLOW_RUNS = "of-flow-runs"
    SUBFLOW = "subflow"
    #: The flow run that calls the new one, where one does.
    CALLED = "called"
    TASK_RUN = "task-run"
    #: The runs that lines are of.
    LINES = "lines"
    #: The lease under which slots are held.
    SLOT = "slot"


#: What a run may call by its own token beside all that only reads, as far as whoever began it might.
RUN_MAY: dict[str, Reach] = {
    "records.append": Reach.LEASE,
    "leases.renew": Reach.LEASES,
    "leases.listen": Reach.LEASES,
    "leases.end": Reach.LEASE_ITSELF,
    "flow-runs.create": Reach.SUBFLOW,
    "flow-runs.claim": Reach.FLOW_RUN,
    "flow-runs.propose": Reach.FLOW_RUN,
    "flow-runs.edit": Reach.FLOW_RUN,
    "task-runs.propose": Reach.TASK_RUN,
    "task-runs.edit": Reach.TASK_RUN,
    "task-runs.enqueue": Reach.OF_FLOW_RUN,
    "task-runs.enqueue-many": Reach.OF_FLOW_RUNS,
    "task-runs.create": Reach.OF_FLOW_RUN,
    "logs.tell": Reach.LINES,
    "artifacts.put": Reach.OF_FLOW_RUN,
    "inputs.delete": Reach.OF_FLOW_RUN,
    "concurrency-limits.take": Reach.LEASE,
    "concurrency-limits.keep": Reach.SLOT,
    "concurrency-limits.free": Reach.SLOT,
    "deployments.create-flow-run": Reach.CALLED,
    # Runs speak with each other, tell what happens, and use and leave behind what everybody shares.
    "inputs.put": Reach.ANY,
    "events.tell": Reach.ANY,
    "block-documents.reveal": Reach.ANY,
    "block-documents.save": Reach.ANY,
    "block-documents.edit": Reach.ANY,
    "block-types.put": Reach.ANY,
    "block-schemas.put": Reach.ANY,
    "variables.set": Reach.ANY,
}


def rights(role: str, *, at_most: str | None = None, scopes: Sequence[str] = ()) -> frozenset[str]:
    """Return the rights of a role, cut down to another role and to scopes where these are given."""
    found = ROLES.get(role, frozenset())
    if at_most is not None:
        found &= ROLES.get(at_most, frozenset())
    return within(found, scopes)


def within(held: Iterable[str], scopes: Sequence[str]) -> frozenset[str]:
    """Return the rights that scopes leave of those held."""
    held = frozenset(held)
    pools = {scope for scope in scopes if scope.startswith(POOL)}
    wanted = [scope for scope in scopes if scope not in pools]
    if wanted:
        held = frozenset(scope for scope in wanted if scope in held or scope.partition(":")[0] in held)
    return held | pools


@lru_cache(maxsize=1024)
def pools_of(held: frozenset[str] | None) -> frozenset[str]:
    """Return the work pools that whoever has these rights is confined to; empty: to none, they may be about anything."""
    return frozenset(right.removeprefix(POOL) for right in held or () if right.startswith(POOL))


def allows(held: frozenset[str], operation: Operation[Any, Any]) -> bool:
    """Say whether whoever has these rights may call an operation."""
    access = operation.access
    return access is Access.PUBLIC or access.value in held or f"{access.value}:{noun_of(operation)}" in held


def noun_of(operation: Operation[Any, Any]) -> str:
    """Return the noun that an operation belongs to, such as `events`."""
    return operation.name.partition(".")[0]


def read_role(role: str) -> str:
    """Return a role as it is known; raises `BadRequest`."""
    if role not in ROLES:
        raise BadRequest(f"There is no role {role!r}; choose from {', '.join(ROLES)}.")
    return role


def read_scopes(scopes: Sequence[str]) -> list[str]:
    """Return scopes without repetitions; raises `BadRequest` for what is none."""
    nouns = {noun_of(operation) for operation in OPERATIONS.values()}
    for scope in scopes:
        right, colon, noun = scope.partition(":")
        if scope.startswith(POOL) and noun:
            continue
        if right not in ALL or (colon and noun not in nouns):
            raise BadRequest(
                f"There is no scope {scope!r}; write {', '.join(sorted(ALL))}, or one of these with a noun, such as run:events, "
                "or pool: with the name of a work pool."
            )
    return list(dict.fromkeys(scopes))
