"""Pauses whose time has passed without an answer: rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation


class FindOverdue(Struct, frozen=True, kw_only=True):
    """Asks which paused flow runs were not resumed in time, by the database's clock; those that waited longest come first."""

    limit: PageSize = 200


class EndPauses(Struct, frozen=True, kw_only=True):
    """Asks that paused flow runs fail whose time has passed; those that were resumed meanwhile are passed over."""

    ids: list[Id]

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return [("flow_run", id) for id in self.ids]


class PausedRuns(Struct, frozen=True, kw_only=True):
    """Flow runs whose pause is over, or was ended just now."""

    ids: list[Id] = []


PAUSES_FIND = Operation("pauses.find", "POST", "/pauses/find", FindOverdue, PausedRuns, Access.READ, Durability.READ)
PAUSES_END = Operation("pauses.end", "POST", "/pauses/end", EndPauses, PausedRuns, Access.ADMIN, Durability.NOW)
