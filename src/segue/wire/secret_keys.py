"""The keys of secrets over the wire: which there are, what they wrote, and how they are replaced."""

from __future__ import annotations

from msgspec import Struct

from segue.model.bounds import PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Nothing


class KeyFacts(Struct, frozen=True, kw_only=True):
    """One key by its id, which tells nothing about it."""

    id: str
    #: `setting`, `file`, or None for a key that is missing.
    source: str | None
    #: Whether it is the one that new secrets are encrypted with.
    writes: bool = False
    #: Documents whose secrets it opens.
    documents: int = 0


class KeyRing(Struct, frozen=True, kw_only=True):
    """The keys known where the services are, and those that are missing there."""

    items: list[KeyFacts]
    #: Where the file of keys is, or would be.
    path: str
    #: Blocks whose secrets cannot be read, the first of them.
    unreadable: list[str] = []


class RotateKeys(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Encrypts documents anew that another key wrote than the one that writes now: a slice of them."""

    #: Make a new key first.
    new_key: bool = False
    #: Go on behind this document.
    after: Id | None = None
    limit: PageSize = 200


class Rotated(Struct, frozen=True, kw_only=True):
    """How far that is; asked again with `next` until there is none."""

    #: The key that writes.
    key: str
    renewed: int
    #: Documents that other keys wrote, those included that cannot be read.
    left: int
    next: Id | None = None
    #: Blocks of this slice whose secrets could not be read, and why.
    unreadable: dict[str, str] = {}


class Forgotten(Struct, frozen=True, kw_only=True):
    """The keys that were taken out of the file."""

    ids: list[str]


KEYS_READ = Operation("secret-keys.read", "GET", "/secret-keys", Nothing, KeyRing, Access.ADMIN, Durability.READ)
KEYS_ROTATE = Operation(
    "secret-keys.rotate", "POST", "/secret-keys/rotate", RotateKeys, Rotated, Access.ADMIN, Durability.NOW
)
#: Reads what is committed, and nothing else: a key is gone for good, so what it wrote must be so as well.
KEYS_FORGET = Operation(
    "secret-keys.forget", "POST", "/secret-keys/forget", Nothing, Forgotten, Access.ADMIN, Durability.READ
)
