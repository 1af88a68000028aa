"""`segue block test` where there is no server: this process sends."""

from __future__ import annotations

from segue.backend.protocol import Backend
from segue.host.person import user_name
from segue.outbound.blocks import trial_of
from segue.outbound.letting import let
from segue.wire.blocks import BLOCK_REVEAL, BLOCK_TRY, BlockId, Tried, TryBlock


def tried(backend: Backend, request: TryBlock) -> Tried:
    """Try a block by the server, or here where there is none."""
    if backend.is_remote:
        return backend.call(BLOCK_TRY, request)
    document = backend.call(BLOCK_REVEAL, BlockId(request.id))
    body = request.body or f"{user_name()} tries the block {document.block_type_slug}/{document.name}."
    errand, _ = trial_of(document, body, request.subject)
    outcome = let(errand, private=bool(document.data.get("allow_private_urls", True)))
    return Tried(sent=outcome.done, detail=outcome.detail, status=outcome.status)
