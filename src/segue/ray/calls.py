"""The worker's side: what Ray hands to a worker, and the mailbox in which workers leave what they say meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import ray

from segue.engine.afar import Batch, CallStream, perform

#: What a worker says: something about one call (its id, a batch of records); that one of several calls takes long (the id of the
#: batch, which calls go back, and the answers that are there).
TOLD, LONG = "told", "long"
#: The answer of a call: its id, what is to be said of it, and a reference where its value stays.
Answered = tuple[str, bytes, Any]


class Mailbox:
    """Keeps what workers say about running calls until the flow's process takes it; an actor, one for each flow run."""

    def __init__(self) -> None:
        self._told: list[tuple[str, str, Any]] = []
        self._some = asyncio.Event()

    async def post(self, kind: str, id: str, told: Any) -> None:
        """Leave something."""
        self._told.append((kind, id, told))
        self._some.set()

    async def take(self) -> list[tuple[str, str, Any]]:
        """Return what there is, once there is something."""
        await self._some.wait()
        self._some.clear()
        told, self._told = self._told, []
        return told


def perform_here(id: str, name: str, common: bytes, body: bytes, mailbox: Any, *values: object) -> tuple[bytes, object]:
    """Run one call of a task, which refers to `values`; returns the answer, and apart from it a value that is large."""
    answer, value = perform(name, common, body, _stream(id, mailbox, _place()), values)
    return msgspec.msgpack.encode(answer), value


def perform_each(id: str, name: str, common: bytes, calls: list[tuple[str, bytes]], mailbox: Any) -> list[Answered]:
    """Run several calls of a task, one after the other; those that would wait for a long one go back."""

    def tell(rest: list[str], done: list[Answered]) -> None:
        mailbox.post.remote(LONG, id, (rest, done))

    place = _place()
    batch = Batch(calls, tell)
    for call_id, body in batch:
        answer, value = perform(name, common, body, _stream(call_id, mailbox, place))
        kept = None if answer.outcome is not None else ray.put(value)
        batch.answered(call_id, msgspec.msgpack.encode(answer), kept)
    return batch.answers()


def _stream(id: str, mailbox: Any, place: str) -> CallStream:
    def post(told: bytes) -> None:
        mailbox.post.remote(TOLD, id, told)

    return CallStream(post, _wanted, place)


#: Ray itself ends the workers of a driver that is gone, and what was cancelled.
_wanted: Callable[[], bool] = lambda: True  # noqa: E731


def _place() -> str:
    context = ray.get_runtime_context()
    return f"{ray.util.get_node_ip_address()} {context.get_worker_id()[:12]}"
