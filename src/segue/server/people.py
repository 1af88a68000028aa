"""What the server itself answers about people: who asks, and signing in and out with a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from segue.backend.embedded import EmbeddedBackend
from segue.decide.signing_in import LASTS
from segue.host.secrets import csrf_of, verified
from segue.model.accounts import ApiKey
from segue.model.errors import BadRequest
from segue.server.api import Awaited, Headers, WithHeaders
from segue.server.guard import Admitted, Guard
from segue.server.tickets import LoopTicket
from segue.service import sign_ins, signing_in
from segue.service.identities import identify
from segue.store.session import Session
from segue.wire.people import KEY_READ, ME_READ, SIGN_IN, SIGN_OUT, Credentials, Me
from segue.wire.requests import ById, Nothing
from segue.wire.rights import ALL

Q = TypeVar("Q")
A = TypeVar("A")


class People:
    """Answers operations that need more than the database: a cookie, or a hash that takes its time."""

    def __init__(self, guard: Guard, backend: EmbeddedBackend, readers: Executor, slow: Executor) -> None:
        self._guard = guard
        self._backend = backend
        self._readers = readers
        self._slow = slow
        self.answers: Mapping[str, Awaited] = {
            ME_READ.name: self._me,
            SIGN_IN.name: self._sign_in,
            SIGN_OUT.name: self._sign_out,
        }

    async def _me(self, _: Nothing, admitted: Admitted) -> Me:
        identity, name = admitted.identity, admitted.caller.actor.name
        if admitted.open:
            return Me(open=True, by="open", name=name, role="admin", rights=sorted(ALL))
        if identity is None:
            return Me()
        key: ApiKey | None = None
        if identity.key_id is not None:
            look = partial(self._backend.read, KEY_READ, ById(identity.key_id))
            key = await asyncio.get_running_loop().run_in_executor(self._readers, look)
        cookie = admitted.arrival.sign_in if identity.by == "session" else None
        return Me(
            by=identity.by,
            name=name,
            role=identity.role,
            rights=sorted(identity.rights),
            key=key,
            csrf=csrf_of(cookie) if cookie is not None else None,
        )

    async def _sign_in(self, request: Credentials, admitted: Admitted) -> WithHeaders:
        arrival, loop = admitted.arrival, asyncio.get_running_loop()
        agent = arrival.headers.get("user-agent")
        attempt = signing_in.Attempt(name=request.name, address=arrival.address, agent=agent)
        claimed = await self._write("sign-ins.begin", signing_in.begin, attempt, admitted)
        if not await loop.run_in_executor(self._slow, verified, request.password, claimed.password):
            raise signing_in.WrongPassword
        token = await self._write("sign-ins.finish", signing_in.finish, (attempt, claimed), admitted)
        look = partial(self._backend.look, lambda session: identify(session, token))
        identity = await loop.run_in_executor(self._readers, look)
        me = Me(
            by="session",
            name=identity.actor.name,
            role=identity.role,
            rights=sorted(identity.rights),
            csrf=csrf_of(token),
        )
        return WithHeaders(me, _cookie(admitted, token, int(LASTS.total_seconds())))

    async def _sign_out(self, _: Nothing, admitted: Admitted) -> WithHeaders:
        id = admitted.caller.sign_in_id
        if id is None:
            raise BadRequest("Only a browser signs out; a key is revoked.")
        await self._write("sign-ins.leave", sign_ins.end, ById(id), admitted)
        self._guard.forget()
        return WithHeaders(Nothing(), _cookie(admitted, "", 0))

    async def _write(self, name: str, handler: Callable[[Session, Q], A], request: Q, admitted: Admitted) -> A:
        ticket = LoopTicket(name, handler, request, admitted.caller)
        self._backend.submit(ticket)
        return await ticket.answered()


def _cookie(admitted: Admitted, token: str, seconds: int) -> Headers:
    arrival = admitted.arrival
    secure = "; Secure" if arrival.secure else ""
    text = f"{arrival.cookie_name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return [(b"set-cookie", text.encode("latin-1")), (b"cache-control", b"no-store")]
