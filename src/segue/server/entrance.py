"""Where a server can be reached, which decides whether it may do without accounts."""

from __future__ import annotations

from msgspec import Struct

#: Addresses of this machine that no other machine can reach.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Entrance(Struct, frozen=True, kw_only=True):
    """Under which names a server is addressed, and by whom."""

    #: Another name is a page elsewhere that was made to point here.
    names: frozenset[str] = LOOPBACK
    #: Whether others than the people of this machine can come here; then nobody gets in without an account, ever.
    exposed: bool = False
    #: Whether only this process itself comes in, which could open the database as well.
    own: bool = False
    #: Who everybody is as long as there are no accounts.
    person: str = "somebody"
