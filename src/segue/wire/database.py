"""The database over the wire; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing


class DatabaseFacts(Struct, frozen=True, kw_only=True):
    """Which database it is; costs one short read."""

    #: `sqlite` or `postgresql`.
    kind: str
    #: Number of the last migration that was applied, and of the newest that this version knows and applies by itself.
    schema_version: int
    newest: int


DATABASE_READ = Operation("database.read", "GET", "/database", Nothing, DatabaseFacts, Access.READ, Durability.READ)
