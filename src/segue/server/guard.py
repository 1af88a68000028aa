"""Who may come in: every request passes here before anything of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from segue.model.callers import Caller
from segue.model.errors import SegueError
from segue.model.states import Actor
from segue.wire.operation import Access

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Forbidden(SegueError):
    """This is not allowed."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403


class Admitted(Struct, frozen=True):
    """Somebody who may call operations."""

    caller: Caller
    access: frozenset[Access]


class Guard:
    """Admits requests; as long as nobody has an account, everybody on this machine may do everything."""

    def __init__(self, hosts: frozenset[str], person: str) -> None:
        #: Names under which this server may be addressed: another one is a page elsewhere that was made to point here.
        self._hosts = hosts
        self._person = person

    def admit(self, headers: Mapping[str, str]) -> Admitted:
        """Return who asks; raises `Forbidden`."""
        host = _name(headers.get("host", ""))
        if host not in self._hosts:
            raise Forbidden(f"This server does not answer to the name {host!r}.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise Forbidden(f"Requests from pages of {origin!r} are not taken.")
        # Quoted, because a header holds no other letters than those of English.
        name, means, reason = (unquote(headers.get(f"segue-{what}", "")) for what in ("actor", "means", "reason"))
        actor = Actor(kind="user", name=name or self._person, means=means or "api")
        return Admitted(Caller(actor=actor, reason=reason or None), frozenset(Access))


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
