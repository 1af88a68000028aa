"""The worker's side: what Ray hands to a worker, and the mailbox in which workers leave what they say meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import ray

from segue.engine.afar import CallStream, perform


class Mailbox:
    """Keeps what workers say about running calls until the flow's process takes it; an actor, one for each flow run."""

    def __init__(self) -> None:
        self._told: list[tuple[str, bytes]] = []
        self._some = asyncio.Event()

    async def post(self, id: str, told: bytes) -> None:
        """Leave something."""
        self._told.append((id, told))
        self._some.set()

    async def take(self) -> list[tuple[str, bytes]]:
        """Return what there is, once there is something."""
        await self._some.wait()
        self._some.clear()
        told, self._told = self._told, []
        return told


def perform_here(id: str, name: str, common: bytes, body: bytes, mailbox: Any) -> tuple[bytes, object]:
    """Run one call of a task; returns the answer, and apart from it a value that is large."""

    def post(told: bytes) -> None:
        mailbox.post.remote(id, told)

    stream = CallStream(post, _wanted, _place())
    answer, value = perform(name, common, body, stream)
    return msgspec.msgpack.encode(answer), value


#: Ray itself ends the workers of a driver that is gone, and what was cancelled.
_wanted: Callable[[], bool] = lambda: True  # noqa: E731


def _place() -> str:
    context = ray.get_runtime_context()
    return f"{ray.util.get_node_ip_address()} {context.get_worker_id()[:12]}"
