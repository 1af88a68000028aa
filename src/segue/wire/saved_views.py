"""Saved views over the wire: filters of the page of runs under a name, own or everybody's; rows of the table of operations."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.bounds import PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import ById, Nothing


class SavedView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Filters of the page of runs under a name."""

    id: Id
    name: str
    #: As the address of the page has them, such as `{"state": "FAILED,CRASHED", "since": "24h"}`.
    filters: dict[str, str]
    created: datetime
    updated: datetime
    #: Whether everybody has it, and not only whoever saved it.
    shared: bool = False


class SaveView(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Saves a view; one of the same name, own or shared as it shall be, gets these filters.

    Where the asker has no account it is everybody's in any case.
    """

    name: str
    filters: dict[str, str]
    shared: bool = False


class SavedViewQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of the asker's own views and those that everybody has, by name."""

    shared: bool | None = None
    limit: PageSize = 50
    after: str | None = None


class SavedViews(Struct, frozen=True, kw_only=True):
    """A page of views."""

    items: list[SavedView]
    next: str | None = None


# Everybody may look after the own ones; for those that everybody has the handlers ask for the right to edit.
_READ = Access.READ

VIEW_SAVE = Operation("saved-views.save", "POST", "/saved-views", SaveView, SavedView, _READ, Durability.NOW)
VIEW_LIST = Operation(
    "saved-views.list", "POST", "/saved-views/list", SavedViewQuery, SavedViews, _READ, Durability.READ, get="/saved-views"
)  # fmt: skip
VIEW_DELETE = Operation("saved-views.delete", "DELETE", "/saved-views/{id}", ById, Nothing, _READ, Durability.NOW)
