"""Runs whose time has passed without anybody having begun them: rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import PageSize, Seconds
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation


class FindLate(Struct, frozen=True, kw_only=True):
    """Asks which scheduled flow runs are late by more than this, by the database's clock; the first due come first."""

    #: Seconds.
    after: Seconds
    limit: PageSize = 200


class MarkLate(Struct, frozen=True, kw_only=True):
    """Asks that flow runs be named Late; those that were begun or marked meanwhile are passed over."""

    ids: list[Id]
    after: Seconds

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows that are decided over."""
        return [("flow_run", id) for id in self.ids]


class LateRuns(Struct, frozen=True, kw_only=True):
    """Flow runs that are late, or were named so just now."""

    ids: list[Id] = []


LATE_FIND = Operation("late-runs.find", "POST", "/late-runs/find", FindLate, LateRuns, Access.READ, Durability.READ)
LATE_MARK = Operation("late-runs.mark", "POST", "/late-runs/mark", MarkLate, LateRuns, Access.ADMIN, Durability.NOW)
