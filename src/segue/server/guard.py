"""Who may come in: every request passes here before anything of it is done.

    a request → its host and its origin → who shows what → the right that the operation needs

As long as nobody has an account, and the server is reached from this machine alone, everybody may do everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from segue.backend.commits import Ticket
from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic, now
from segue.host.secrets import csrf_of, same
from segue.model.callers import Caller
from segue.model.errors import Forbidden, Unauthorized
from segue.model.states import Actor
from segue.server.entrance import LOOPBACK, Entrance
from segue.service.accounts import any_account
from segue.service.identities import Identity, identify, note_use
from segue.wire.operation import Access, Operation
from segue.wire.rights import allows

#: The cookie of a sign-in; browsers send those of every port of a host, so the port is a part of its name.
COOKIE = "segue-session"
#: Seconds for which it is not looked up again who shows something: how late other processes' revocations are heard of.
_FRESH = 1.0
#: How many of those who were here are remembered.
_KNOWN = 10_000
#: Letters of what is remembered of somebody who only says who it is: anybody may say that, and at any length.
_SHORT = 200
_SAFE = frozenset({"GET", "HEAD"})


class Arrival(Struct, frozen=True, kw_only=True):
    """What is known of a request before anything of it is done."""

    method: str
    headers: Mapping[str, str]
    #: Where it comes from, and whether nobody on the way could read it.
    address: str = ""
    secure: bool = False

    @property
    def cookie_name(self) -> str:
        """The name of the cookie that holds the sign-in to this very server."""
        port = self.headers.get("host", "").rpartition(":")[2]
        return ("__Host-" if self.secure else "") + COOKIE + (f"-{port}" if port.isdecimal() else "")

    @property
    def sign_in(self) -> str | None:
        """What the browser shows."""
        name = self.cookie_name
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name and value:
                return value
        return None


class Admitted(Struct, frozen=True, kw_only=True):
    """Somebody who may call operations."""

    caller: Caller
    arrival: Arrival
    #: Who it is; None for somebody unknown, who may call what is public, and for everybody as long as there are no accounts.
    identity: Identity | None = None
    open: bool = False


class Guard:
    """Admits requests; used on one event loop."""

    def __init__(self, entrance: Entrance, backend: EmbeddedBackend, readers: Executor) -> None:
        self._entrance = entrance
        self._backend = backend
        self._readers = readers
        self._known: dict[str, tuple[float, Identity]] = {}
        #: Until when it holds that there are no accounts.
        self._open_until = 0.0
        #: What looks whether there are, while it looks: all who ask meanwhile wait for that.
        self._looking: asyncio.Future[bool] | None = None
        self._closed = entrance.exposed

    async def admit(self, arrival: Arrival, operation: Operation[Any, Any]) -> Admitted:
        """Return who asks, of a request whose place was checked; raises `Forbidden` and `Unauthorized`."""
        public = operation.access is Access.PUBLIC
        if public and operation.name != "me.read":
            return Admitted(caller=self._somebody(arrival), arrival=arrival)
        if await self.is_open():
            return Admitted(caller=self._somebody(arrival), arrival=arrival, open=True)
        identity = await self._shown(arrival)
        if identity is None:
            if public:
                return Admitted(caller=self._somebody(arrival), arrival=arrival)
            raise Unauthorized("This server wants to know who asks: show an API key as `Authorization: Bearer KEY`.")
        if not allows(identity.rights, operation):
            raise Forbidden(
                f"{identity.actor.name} may not {operation.access.value} here, which {operation.name} needs "
                f"({_held(identity)}). An admin can give more."
            )
        means, reason = (_told(arrival, word) for word in ("means", "reason"))
        return Admitted(caller=identity.caller(means[:32] or "api", reason or None), arrival=arrival, identity=identity)

    def check_place(self, arrival: Arrival) -> None:
        """Refuse what was sent to another name, or by a page of another place; raises `Forbidden`."""
        headers = arrival.headers
        host = _name(headers.get("host", ""))
        if not self._is_ours(host):
            hint = f" Start it with --allowed-host {host} where it has that name." if host else ""
            raise Forbidden(f"This server does not answer to the name {host!r}.{hint}")
        origin = headers.get("origin")
        if origin is None:
            return
        place = urlsplit(origin)
        if place.netloc != headers.get("host") and (place.hostname or "") not in self._entrance.names - LOOPBACK:
            raise Forbidden(f"Requests from pages of {origin!r} are not taken.")

    async def is_open(self) -> bool:
        """Say whether nobody needs an account: there is none, or nobody else can come in."""
        if self._entrance.own:
            return True
        if self._closed:
            return False
        if monotonic() < self._open_until:
            return True
        looking = self._looking
        if looking is None:
            looking = self._looking = asyncio.ensure_future(self._look(any_account))
        try:
            closed = await asyncio.shield(looking)
        finally:
            # Not if something was changed meanwhile, for then it may have looked too early, nor by all who waited.
            is_news = self._looking is looking
            if is_news:
                self._looking = None
        if is_news:
            self._closed = closed
            self._open_until = monotonic() + _FRESH
        return not closed

    def forget(self) -> None:
        """Look up anew who shows what: something about accounts or keys was changed."""
        self._known.clear()
        self._open_until = 0.0
        self._looking = None

    async def still(self, admitted: Admitted) -> bool:
        """Say whether somebody who was admitted would be so again."""
        if admitted.open:
            return await self.is_open()
        try:
            return admitted.identity is None or await self._shown(admitted.arrival) is not None
        except Unauthorized:
            return False

    async def _shown(self, arrival: Arrival) -> Identity | None:
        """Return who shows a key, a token or a cookie; None for who shows nothing."""
        scheme, _, token = arrival.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise Unauthorized(f"An API key is shown as `Authorization: Bearer KEY`, not as {scheme!r}.")
            return await self._identified(token.strip())
        cookie = arrival.sign_in
        if cookie is None:
            return None
        if arrival.method not in _SAFE and not same(arrival.headers.get("segue-csrf", ""), csrf_of(cookie)):
            raise Forbidden("A page must send Segue-Csrf, as /api/me tells it, with everything that changes something.")
        return await self._identified(cookie)

    async def _identified(self, token: str) -> Identity:
        seen = self._known.get(token)
        if seen is not None and monotonic() < seen[0] and not _is_over(seen[1]):
            return seen[1]
        self._known.pop(token, None)
        identity: Identity = await self._look(lambda session: identify(session, token))
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[token] = (monotonic() + _FRESH, identity)
        if identity.stale:
            self._backend.submit(Ticket("identities.use", note_use, identity), hurry=False)
        return identity

    async def _look(self, reading: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._backend.look, reading)

    def _somebody(self, arrival: Arrival) -> Caller:
        told = arrival.headers.get
        words = (told("segue-actor", ""), told("segue-means", ""), told("segue-reason", ""))
        said_to_be = _said_to_be if sum(map(len, words)) <= _SHORT else _said_to_be.__wrapped__
        return said_to_be(self._entrance.person, *words)

    def _is_ours(self, host: str) -> bool:
        if host in self._entrance.names:
            return True
        # An address cannot be made to point elsewhere, as a name can.
        return self._entrance.exposed and _is_address(host)


@lru_cache(maxsize=100)
def _said_to_be(person: str, name: str, means: str, reason: str) -> Caller:
    """Return who a request of `person`'s server says that it is from, in the words of its headers."""
    actor = Actor(kind="user", name=unquote(name) or person, means=unquote(means) or "api")
    return Caller(actor=actor, reason=unquote(reason) or None)


def _told(arrival: Arrival, word: str) -> str:
    # Quoted, because a header holds no other letters than those of English.
    return unquote(arrival.headers.get(f"segue-{word}", ""))


def _held(identity: Identity) -> str:
    if identity.by == "run":
        return "a run may do no more than whoever began it"
    held = ", ".join(sorted(identity.rights)) or "nothing"
    return f"the {'key' if identity.by == 'key' else 'account'} may: {held}"


def _is_over(identity: Identity) -> bool:
    return identity.until is not None and identity.until <= now()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
