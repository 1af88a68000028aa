"""Deployments that are kept running: rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation


class FindEnded(Struct, frozen=True, kw_only=True):
    """Asks which deployments that are to be kept running have no run under way."""

    limit: PageSize = 200


class BeginAgain(Struct, frozen=True, kw_only=True):
    """Asks that a deployment that is kept running get its next run; nothing is done where it has one, or is paused."""

    deployment_id: Id


class Ended(Struct, frozen=True, kw_only=True):
    """Deployments without a run that ought to have one, or those that got one just now."""

    ids: list[Id] = []


_N = "kept-deployments"
KEPT_FIND = Operation(f"{_N}.find", "POST", f"/{_N}/find", FindEnded, Ended, Access.READ, Durability.READ)
KEPT_BEGIN = Operation(f"{_N}.begin", "POST", f"/{_N}/begin", BeginAgain, Ended, Access.ADMIN, Durability.NOW)
