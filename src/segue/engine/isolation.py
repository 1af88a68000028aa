"""User code in a process of its own, which can be ended whatever it does: also in C code, also when it ignores signals.

The child is a fresh interpreter at the head of its own process group. It is sent the call, answers with the outcome, and in between
sends the records of what it logs and of the tasks it runs; the parent alone numbers them. When the parent goes away the kernel
itself ends the child's group, because a pipe that only the parent holds open has closed: no code of the child is needed for that.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from msgspec import Struct

from segue.engine.around import in_children
from segue.engine.asks import CallUser, Outcome, ProcessLost, Raised, Returned, TimedOut
from segue.engine.lives import FlowLife, TaskLife, current_flow, current_tags, current_task
from segue.engine.masking import known, share
from segue.engine.promise import SLICE_SECONDS
from segue.engine.reach import call_reached
from segue.engine.tracebacks import frames_of, with_frames
from segue.host import clock, config, groups
from segue.model.records import Record

if TYPE_CHECKING:
    from segue.backend.protocol import Stream

T = TypeVar("T")
#: Between asking (SIGTERM) and killing (SIGKILL).
GRACE_SECONDS = 2.0
_HEAD = struct.Struct(">cI")
#: Kinds of message: a call; a call of a task; a batch of records; secrets that were loaded; an outcome.
CALL, CALL_OF_TASK, RECORDS, SECRETS, OUTCOME = b"c", b"t", b"r", b"s", b"o"
#: Tasks of which a child keeps what their calls have in common; beyond them the one that came first goes.
KEPT = 32
_decode_records = msgspec.json.Decoder(list[Record]).decode


class Surroundings(Struct, frozen=True, eq=False):
    """What a call in another process needs to know of the run it belongs to."""

    flow: Mapping[str, Any] | None
    task: Mapping[str, Any] | None
    tags: frozenset[str]
    settings: Mapping[str, Any]
    #: What the floors above put around user code; travels by reference.
    within: Sequence[Callable[[], AbstractContextManager[object]]]
    path: Sequence[str]
    cwd: str
    #: Texts that are kept out of what is recorded.
    secrets: frozenset[str]


class Common:
    """What the calls of one task have in common, serialized once and sent once to each child."""

    __slots__ = ("data", "name")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data


def call_isolated(ask: CallUser, stopped: Event | None = None) -> Outcome:
    """Run one call in a child process of its own; it is ended with its whole process group when the time is up.

    `stopped`: ends it from another thread, where this one cannot be interrupted.
    """
    worker = Worker()
    try:
        return worker.call(ask, stopped)
    finally:
        worker.stop()


class Worker:
    """A child process that runs calls, one at a time."""

    def __init__(self) -> None:
        to_child, self._send = os.pipe()
        self._receive, from_child = os.pipe()
        lifeline, self._lifeline = os.pipe()
        ends = (to_child, from_child, lifeline)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "segue.engine.child", *map(str, ends)],
                pass_fds=ends,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )
        finally:
            for end in ends:
                os.close(end)
        self._buffer = b""
        #: What the child was sent of what calls have in common, the oldest first.
        self._sent: dict[str, None] = {}

    def call(self, ask: CallUser, stopped: Event | None = None) -> Outcome:
        """Run a call and return its outcome; past `ask.seconds` the process group is ended and the outcome is TimedOut."""
        try:
            message = pack((ask.function, tuple(ask.args), dict(ask.kwargs), surroundings()))
        except Exception as error:
            # The function or an argument cannot be sent: that is the caller's error, said as such.
            return Raised(error)
        return self._called(CALL, message, ask, stopped)

    def call_of_task(self, ask: CallUser, life: TaskLife, common: Common) -> Outcome:
        """Run a call of a task, of which the child is told what it does not know yet."""
        facts = facts_of_task(life)
        del facts["face"]
        data = None if common.name in self._sent else common.data
        try:
            message = pack((common.name, data, facts, tuple(ask.args), dict(ask.kwargs)))
        except Exception as error:
            return Raised(error)
        keep(self._sent, common.name, None)
        return self._called(CALL_OF_TASK, message, ask, None)

    def _called(self, kind: bytes, message: bytes, ask: CallUser, stopped: Event | None) -> Outcome:
        match call_reached(self._call, (kind, message, ask.seconds, stopped), {}):
            case Returned(outcome):
                return cast("Outcome", outcome)
            case interrupted:
                # Cancelled while waiting: the work must not go on behind the run's back.
                self.end()
                return interrupted

    def _call(self, sent: bytes, message: bytes, seconds: float | None, stopped: Event | None) -> Outcome:
        deadline = None if seconds is None else clock.monotonic() + seconds
        try:
            write_message(self._send, sent, message)
        except BrokenPipeError:
            return Raised(self._lost())
        stream = _stream()
        while True:
            found = self._message()
            if found is not None:
                kind, body = found
                if kind == OUTCOME:
                    return unpack_outcome(body)
                if kind == SECRETS:
                    share(msgspec.json.decode(body, type=list[str]))
                    continue
                for record in _decode_records(body):
                    if stream is not None:
                        stream.put(record)
                continue
            left = SLICE_SECONDS if deadline is None else min(deadline - clock.monotonic(), SLICE_SECONDS)
            if left <= 0 or (stopped is not None and stopped.is_set()):
                self.end()
                return Raised(TimedOut(f"timed out after {seconds} second(s)"))
            if select.select([self._receive], [], [], left)[0]:
                chunk = os.read(self._receive, 1 << 20)
                if not chunk:
                    return Raised(self._lost())
                self._buffer += chunk

    def _message(self) -> tuple[bytes, bytes] | None:
        """Take the next whole message out of what was received."""
        if len(self._buffer) < _HEAD.size:
            return None
        kind, size = _HEAD.unpack_from(self._buffer)
        end = _HEAD.size + size
        if len(self._buffer) < end:
            return None
        body = self._buffer[_HEAD.size : end]
        self._buffer = self._buffer[end:]
        return kind, body

    def _lost(self) -> ProcessLost:
        code = self._process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return ProcessLost(f"the process that ran the code {how} without an answer")

    @property
    def alive(self) -> bool:
        """Whether the process can take another call."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process and everything it started: asked first, killed after the grace; nothing of it runs on return."""
        groups.end(self._process.pid, GRACE_SECONDS, notice=self._process.poll)
        self._process.wait()

    def stop(self) -> None:
        """Let an idle process go."""
        os.close(self._send)
        if self._process.poll() is None:
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.end()
        groups.send(self._process.pid, signal.SIGKILL)
        os.close(self._receive)
        os.close(self._lifeline)


def write_message(fd: int, kind: bytes, body: bytes) -> None:
    """Write one whole message."""
    view = memoryview(_HEAD.pack(kind, len(body)) + body)
    while view:
        view = view[os.write(fd, view) :]


def read_message(fd: int) -> tuple[bytes, bytes] | None:
    """Read one whole message; None when the other side is gone."""
    head = _read_exactly(fd, _HEAD.size)
    if head is None:
        return None
    kind, size = _HEAD.unpack(head)
    body = _read_exactly(fd, size)
    return None if body is None else (kind, body)


def _read_exactly(fd: int, size: int) -> bytes | None:
    parts = b""
    while len(parts) < size:
        chunk = os.read(fd, size - len(parts))
        if not chunk:
            return None
        parts += chunk
    return parts


def pack(value: object) -> bytes:
    """Serialize for another process of this machine; functions of `__main__` travel by value."""
    import cloudpickle  # noqa: PLC0415 - a door: only for work in other processes

    packed: bytes = cloudpickle.dumps(value)
    return packed


def pack_common(life: TaskLife) -> bytes:
    """Serialize what the calls of a task have in common, here and now; raises what cannot be serialized."""
    return pack((life.spec.function, life.spec.face, msgspec.structs.replace(surroundings(), task=None)))


def keep(kept: dict[str, T], name: str, value: T) -> None:
    """Keep something by name; parent and child let go of the same, for both are asked in the same order."""
    if name not in kept and len(kept) >= KEPT:
        del kept[next(iter(kept))]
    kept[name] = value


def pack_outcome(outcome: Outcome) -> bytes:
    """Serialize an outcome; an exception that cannot travel is told by its text."""
    frames = frames_of(outcome.error) if isinstance(outcome, Raised) else []
    try:
        return pack((outcome, frames))
    except Exception as problem:
        match outcome:
            case Returned(value):
                unsent = TypeError(f"the result, a {type(value).__name__}, cannot leave its process: {problem}")
                return pack((Raised(unsent), frames))
            case Raised(error, told):
                return pack((Raised(RuntimeError(f"{type(error).__name__}: {error}"), told), frames))


def unpack_outcome(body: bytes) -> Outcome:
    """Return the outcome that a child sent."""
    outcome: Outcome
    outcome, frames = pickle.loads(body)  # noqa: S301 - written by our own child process
    return Raised(with_frames(outcome.error, frames), outcome.told) if isinstance(outcome, Raised) else outcome


def _stream() -> Stream | None:
    task, flow = current_task.get(), current_flow.get()
    return task.stream if task is not None else flow.stream if flow is not None else None


def surroundings() -> Surroundings:
    """Return what a call in another process needs to know of the run around it."""
    flow, task = current_flow.get(), current_task.get()
    return Surroundings(
        flow=_facts_of_flow(flow) if flow is not None else None,
        task=facts_of_task(task) if task is not None else None,
        tags=current_tags.get(),
        settings={**config.overrides(), **_shown(_stream())},
        within=tuple(in_children),
        path=list(sys.path),
        cwd=os.getcwd(),
        secrets=known(),
    )


def _environment() -> dict[str, str] | None:
    """Return the environment of a child process; None for this process's own."""
    shown = _shown(_stream())
    return {**config.surroundings(), **shown} if shown else None


def _shown(stream: Stream | None) -> dict[str, str]:
    """Return what a child shows a server: the run's own token, and not the key of whoever began it."""
    token = getattr(stream, "token", None)
    return {} if token is None else {"SEGUE_API_KEY": token}


def _facts_of_flow(life: FlowLife) -> dict[str, Any]:
    return {
        "id": life.id, "face": life.spec.face, "name": life.name, "parameters": life.parameters, "tags": life.tags,
        "flow_id": life.flow_id, "root_id": life.root_id, "run_count": life.run_count, "start_time": life.start_time,
        "created": life.created, "state": life.state, "lease": life.lease, "redone": life.extra.get("redone"),
        "parent": _facts_of_flow(life.parent) if life.parent is not None else None,
    }  # fmt: skip


def facts_of_task(life: TaskLife) -> dict[str, Any]:
    """Return what a call in another process needs to know of its task run."""
    return {
        "id": life.id, "face": life.spec.face, "name": life.name, "tags": life.tags, "dynamic_key": life.dynamic_key,
        "run_count": life.run_count, "start_time": life.start_time, "state": life.state, "step": life.step,
    }  # fmt: skip
