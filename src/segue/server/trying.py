"""Trying a block: the server sends a message through it while whoever pressed the button waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import partial

from segue.backend.embedded import EmbeddedBackend
from segue.outbound.blocks import trial_of
from segue.outbound.postman import Postman
from segue.server.api import Awaited
from segue.server.guard import Admitted
from segue.server.tickets import LoopTicket
from segue.service import block_documents
from segue.wire.blocks import BLOCK_TRY, Tried, TryBlock


class Trying:
    """Answers `block-documents.test`."""

    def __init__(self, backend: EmbeddedBackend, postman: Postman, readers: Executor) -> None:
        self._backend = backend
        self._postman = postman
        self._readers = readers
        self.answers: Mapping[str, Awaited] = {BLOCK_TRY.name: self._tried}

    async def _tried(self, request: TryBlock, admitted: Admitted) -> Tried:
        loop = asyncio.get_running_loop()
        look = partial(self._backend.look, lambda session: block_documents.opened(session, request.id))
        document = await loop.run_in_executor(self._readers, look)
        body = request.body
        if body is None:
            body = f"{admitted.caller.actor.name} tries the block {document.block_type_slug}/{document.name}."
        errand, method = trial_of(document, body, request.subject)
        # Not among the readers: whoever is sent to may take long.
        outcome = await asyncio.to_thread(self._postman.do, errand)
        told = (document, f"{method}.{'called' if outcome.done else 'failed'}")
        ticket = LoopTicket("block-documents.used", block_documents.used, told, admitted.caller)
        self._backend.submit(ticket)
        await ticket.answered()
        return Tried(sent=outcome.done, detail=outcome.detail, status=outcome.status)
