"""Answers in one piece: uvicorn writes the head and the body of one by themselves, and each would be a call of the system."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoiningProtocol(HttpToolsProtocol):
    """Speaks HTTP through a transport that joins what is written in one turn of the loop, up to the end of an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to speak."""
        self._joining = Joining(transport, self.loop)
        super().connection_made(self._joining)  # type: ignore[arg-type]  # it has all of a transport

    def on_response_complete(self) -> None:
        """Let an answer go that is whole: others of this turn may take a while."""
        self._joining.flush()
        super().on_response_complete()


class Joining:
    """A transport that writes when it is told to, and at the end of a turn of the loop, what was written in it."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._held: list[bytes] = []
        #: Asked of every answer.
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Write, in a moment."""
        if not self._held:
            self._call_soon(self.flush)
        self._held.append(data)

    def close(self) -> None:
        """Close once everything is written."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Write what waits."""
        if self._held:
            held, self._held = self._held, []
            if not self.is_closing():
                self._transport.write(b"".join(held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
