"""Deleted runs over the wire: which were deleted lately, so that whoever keeps their files can let go of them."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from segue.model.bounds import PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Prune

#: For so long it is remembered that a run was deleted: in that time each machine that ran some must come by.
REMEMBERED = timedelta(days=30)


class DiscardedQuery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of runs that were deleted, in the order of their ids."""

    limit: PageSize = 1_000
    after: Id = ""


class Discarded(Struct, frozen=True, kw_only=True):
    """Ids of flow runs and task runs; the last page is shorter than was asked for."""

    ids: list[Id]


class Names(Struct, frozen=True, kw_only=True):
    """Keys of results, and storages of results, as pointers hold them."""

    names: list[str]


class Doomed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks which runs would be deleted: by pruning, or with these flow runs."""

    prune: Prune | None = None
    flow_runs: list[Id] = []


DISCARDED_LIST = Operation(
    "discarded.list", "POST", "/discarded/list", DiscardedQuery, Discarded, Access.READ, Durability.READ
)
DISCARDED_REFERRED = Operation(
    "discarded.referred", "POST", "/discarded/referred", Names, Names, Access.READ, Durability.READ
)
DISCARDED_DOOMED = Operation(
    "discarded.doomed", "POST", "/discarded/doomed", Doomed, Discarded, Access.EDIT, Durability.READ
)
