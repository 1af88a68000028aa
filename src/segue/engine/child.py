"""The other end of `engine.isolation`: a process that runs calls for its parent (`python -m segue.engine.child IN OUT`)."""

from __future__ import annotations

import asyncio
import fcntl
import inspect
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from segue.engine.asks import Outcome, Raised, Returned
from segue.engine.failure import describe
from segue.engine.isolation import (
    CALL,
    OUTCOME,
    RECORDS,
    SECRETS,
    Surroundings,
    keep,
    pack_outcome,
    read_message,
    write_message,
)
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_tags, current_task
from segue.engine.masking import known, share
from segue.engine.session import session
from segue.host import config
from segue.model.records import Record

if TYPE_CHECKING:
    from segue.backend.protocol import Stream

_BATCH_SECONDS = 0.05


class PipeStream:
    """A record stream whose records go to the parent, which numbers them."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        #: The lease is the parent's, and told with the run.
        self.lease_id = ""
        self.limited_tags: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._waiting: list[Record] = []
        self._wake = threading.Event()
        threading.Thread(target=self._deliver, name="segue-records", daemon=True).start()

    def put(self, record: Record) -> None:
        """Take a record."""
        with self._lock:
            self._waiting.append(record)
        self._wake.set()

    def behind(self, settle: Callable[[], object]) -> None:
        """Settle at once: the parent commits when it likes."""
        settle()

    def flush(self) -> None:
        """Hand everything to the parent; it is on disk with the parent's next commit."""
        with self._lock:
            records, self._waiting = self._waiting, []
            if records:
                write_message(self._fd, RECORDS, msgspec.json.encode(records))

    def send(self, kind: bytes, body: bytes) -> None:
        """Write a message between batches."""
        self.flush()
        with self._lock:
            write_message(self._fd, kind, body)

    def close(self) -> None:
        """Hand over what is left."""
        self.flush()

    def _deliver(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            pause.wait(_BATCH_SECONDS)
            self._wake.clear()
            self.flush()


def main() -> None:
    """Run calls until the parent goes away."""
    receive, send, lifeline = (int(argument) for argument in sys.argv[1:4])
    _die_with_parent(lifeline)
    os.set_inheritable(receive, False)  # noqa: FBT003 - the signature of the standard library
    os.set_inheritable(send, False)  # noqa: FBT003
    stream = PipeStream(send)
    inbox = _Inbox(receive)
    while (message := inbox.next()) is not None:
        before = known()
        outcome = _run(*message, stream)
        if known() != before:
            # The exception it raised, or a line of the parent's, may hold one.
            stream.send(SECRETS, msgspec.json.encode(sorted(known())))
        stream.send(OUTCOME, pack_outcome(outcome))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that user code left behind must not keep the process.
    os._exit(0)


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel signal this process group when the parent's end of a pipe closes: works in C code and without the GIL."""
    if not hasattr(fcntl, "F_SETSIG"):
        # Elsewhere the signal is SIGIO, whose default is to be ignored or to end the process; the inbox thread is what remains.
        signal.signal(signal.SIGIO, lambda *_: os._exit(1))
    else:
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


class _Inbox:
    """Reads calls in a thread of its own, so that the parent's end is noticed while user code runs."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._ready = threading.Semaphore(0)
        self._calls: list[tuple[bytes, bytes]] = []
        threading.Thread(target=self._read, name="segue-parent", daemon=True).start()

    def _read(self) -> None:
        while True:
            message = read_message(self._fd)
            if message is None:
                # No more calls will come. While one is running the lifeline decides whether it may go on.
                self._ready.release()
                return
            self._calls.append(message)
            self._ready.release()

    def next(self) -> tuple[bytes, bytes] | None:
        """Wait for the next call; None when there will be none."""
        self._ready.acquire()
        return self._calls.pop(0) if self._calls else None


#: What calls of tasks have in common, by name: as it came, and once it was unpacked.
_common: dict[str, bytes | tuple[Callable[..., object], Any, Surroundings]] = {}


def _unpacked(kind: bytes, body: bytes) -> tuple[Callable[..., object], Any, Any, Surroundings]:
    """Return the function, its arguments and what is around it."""
    if kind == CALL:
        whole: tuple[Callable[..., object], Any, Any, Surroundings] = pickle.loads(body)  # noqa: S301 - written by our own parent process
        return whole
    name, data, facts, args, kwargs = pickle.loads(body)  # noqa: S301 - the same
    if data is not None:
        keep(_common, name, data)
    found = _common[name]
    if isinstance(found, bytes):
        # In its place, which is as old as before; what cannot be unpacked is tried again at the next call.
        found = _common[name] = pickle.loads(found)  # noqa: S301 - the same
    function, face, around = found
    return function, args, kwargs, replace(around, task={**facts, "face": face})


def _run(kind: bytes, body: bytes, stream: PipeStream) -> Outcome:
    try:
        function, args, kwargs, around = _unpacked(kind, body)
    except BaseException as error:
        return Raised(error)
    os.chdir(around.cwd)
    for entry in around.path:
        if entry not in sys.path:
            sys.path.append(entry)
    try:
        with ExitStack() as stack:
            stack.enter_context(config.overridden(dict(around.settings)))
            enter(around, stream)
            for surround in around.within:
                stack.enter_context(surround())
            value = function(*args, **kwargs)
            return Returned(asyncio.run(_settle(value)) if inspect.isawaitable(value) else value)
    except BaseException as error:
        return Raised(error, describe(error))


async def _settle(value: Any) -> object:
    return await value


def enter(around: Surroundings, stream: Stream) -> None:
    """Take the place of the run in the parent, whose records go to the parent."""
    share(around.secrets)
    flow = _flow(around.flow, stream) if around.flow is not None else None
    current_flow.set(flow)
    current_task.set(_task(around.task, flow, stream) if around.task is not None else None)
    current_tags.set(around.tags)


def _flow(facts: Any, stream: Stream) -> FlowLife:
    spec = facts["face"].spec
    life = FlowLife(
        id=facts["id"], spec=spec, parameters=facts["parameters"], backend=session().backend, tags=facts["tags"]
    )
    for name in ("name", "flow_id", "root_id", "run_count", "start_time", "created", "state", "lease"):
        setattr(life, name, facts[name])
    if facts["redone"] is not None:
        life.extra["redone"] = facts["redone"]
    life.stream = stream
    if life.lease is not None:
        stream.lease_id, stream.limited_tags = life.lease.id, frozenset(life.lease.limited_tags)
    life.parent = _flow(facts["parent"], stream) if facts["parent"] is not None else None
    return life


def _task(facts: Any, flow: FlowLife | None, stream: Stream) -> TaskLife:
    life = TaskLife(
        id=facts["id"], spec=facts["face"].spec, name=facts["name"], parameters={}, stream=stream, flow=flow, parent=None,
        state=facts["state"], tags=facts["tags"], dynamic_key=facts["dynamic_key"],
    )  # fmt: skip
    for name in ("run_count", "start_time", "step"):
        setattr(life, name, facts[name])
    return life


if __name__ == "__main__":
    main()
