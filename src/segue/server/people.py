"""What the server itself answers about people: who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import partial

from segue.backend.embedded import EmbeddedBackend
from segue.host.secrets import csrf_of
from segue.model.accounts import ApiKey
from segue.server.api import Awaited
from segue.server.guard import Admitted
from segue.wire.people import KEY_READ, ME_READ, Me
from segue.wire.requests import ById, Nothing
from segue.wire.rights import ALL


class People:
    """Answers operations that need more than the database: who it is that asks, and how that is known."""

    def __init__(self, backend: EmbeddedBackend, readers: Executor) -> None:
        self._backend = backend
        self._readers = readers
        self.answers: Mapping[str, Awaited] = {ME_READ.name: self._me}

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
