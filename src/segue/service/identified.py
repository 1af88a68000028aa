"""Ids of what a client makes without giving it one."""

from __future__ import annotations

from typing import Protocol, TypeVar

import msgspec

from segue.store.session import Session


class Identified(Protocol):
    """A request to make something."""

    @property
    def id(self) -> str:
        """The id it shall have; empty where the client gave none."""
        ...


R = TypeVar("R", bound=Identified)


def identified(session: Session, request: R) -> R:
    """Return the request with an id: the client's, by which it is done once, or a new one."""
    return request if request.id else msgspec.structs.replace(request, id=session.new_id())  # type: ignore[type-var]  # requests are structs
