"""Who may do what: the one place where roles become rights, beside the table that says which right each operation needs.

A role is a set of rights. A key may have fewer: a lower role, or scopes. A scope is a right (`read`, `run`, `edit`, `admin`), or
one for a single noun of the table (`run:events`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from segue.model.errors import BadRequest
from segue.wire.operation import Access, Operation
from segue.wire.table import OPERATIONS

_READ, _RUN, _EDIT, _ADMIN = Access.READ.value, Access.RUN.value, Access.EDIT.value, Access.ADMIN.value

#: What each role may do, the least first.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset({_READ}),
    "operator": frozenset({_READ, _RUN, _EDIT}),
    "admin": frozenset({_READ, _RUN, _EDIT, _ADMIN}),
}
#: The rights of everybody as long as there are no accounts.
ALL = ROLES["admin"]


def rights(role: str, *, at_most: str | None = None, scopes: Sequence[str] = ()) -> frozenset[str]:
    """Return the rights of a role, cut down to another role and to scopes where these are given."""
    found = ROLES.get(role, frozenset())
    if at_most is not None:
        found &= ROLES.get(at_most, frozenset())
    return within(found, scopes)


def within(held: Iterable[str], scopes: Sequence[str]) -> frozenset[str]:
    """Return the rights that scopes leave of those held."""
    held = frozenset(held)
    if not scopes:
        return held
    return frozenset(scope for scope in scopes if scope in held or scope.partition(":")[0] in held)


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
        if right not in ALL or (colon and noun not in nouns):
            raise BadRequest(
                f"There is no scope {scope!r}; write {', '.join(sorted(ALL))}, or one of these with a noun, such as run:events."
            )
    return list(dict.fromkeys(scopes))
