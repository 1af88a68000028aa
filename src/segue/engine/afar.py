"""User code on a worker of a cluster: what travels there, and the worker's side of it.

What all calls of a task have in common (the function, the run around it, the settings) is serialized once and travels once to each
worker; a call adds its arguments. Records go to the process of the flow, which alone numbers them, in batches while the call runs;
what is left of them comes with the answer. A call that nobody waits for any more is stopped: its client is gone, or gave it up.
"""

from __future__ import annotations

import contextvars
import io
import logging
import pickle
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from segue.engine.asks import CallUser, CancelRequested, Outcome, Raised, Returned
from segue.engine.child import enter
from segue.engine.drive_sync import call_user
from segue.engine.failure import describe
from segue.engine.isolation import Surroundings, facts_of_task, pack, pack_outcome, surroundings
from segue.engine.kept import Kept, leaves_kept
from segue.engine.lives import TaskLife
from segue.engine.masking import known
from segue.engine.reach import Reach, here
from segue.host import clock, config
from segue.model.records import Record
from segue.model.states import ResultRef

log = logging.getLogger("segue.task_runs")

#: Batches of records leave at least this often; every so many of them the call looks whether it is still wanted.
_BATCH_SECONDS, _LOOK_EVERY = 0.05, 5
#: Values whose serialized form is larger stay in the cluster until they are needed.
LARGE = 64 * 1024
#: Tasks whose common part a worker keeps unpacked.
_KEPT = 32
#: Values that any pickler writes the same.
_PLAIN = frozenset({int, float, str, bool, bytes, type(None)})

decode_records = msgspec.json.Decoder(list[Record]).decode


class Told(Struct, frozen=True, array_like=True):
    """What a worker says while a call runs: when and where it began, and a batch of records (JSON)."""

    began: datetime
    where: str
    #: Counts the batches of a call from zero.
    number: int
    records: bytes


class Answer(Struct, frozen=True, array_like=True):
    """How a call ended: what was not told yet, and the outcome (pickled), or nothing where the value stays in the cluster."""

    began: datetime
    where: str
    #: Batches told before.
    batches: int
    records: bytes
    secrets: list[str]
    outcome: bytes | None
    #: How long the worker was busy with it.
    seconds: float = 0.0
    #: Where the worker wrote a value that stays.
    ref: ResultRef | None = None


class Common(Struct, frozen=True, eq=False):
    """What the calls of one task have in common."""

    function: Callable[..., object]
    #: The user-facing task.
    face: Any
    around: Surroundings


def pack_common(life: TaskLife) -> bytes:
    """Serialize what the calls of a task have in common, here and now; raises what cannot be serialized."""
    around = surroundings()
    settings = {**config.shared(), **around.settings}
    common = pack(Common(life.spec.function, life.spec.face, replace(around, task=None, settings=settings)))
    # Where modules are found must be known before anything is unpacked.
    return pack((list(around.path), common))


def pack_call(life: TaskLife, ask: CallUser) -> tuple[bytes, list[Kept]]:
    """Serialize one call, and return with it what it refers to in the cluster; raises what cannot be serialized."""
    facts = facts_of_task(life)
    del facts["face"]
    if ask.begin is not None:
        # It is counted when the worker has begun; the body sees it counted.
        facts["run_count"] += 1
    call = (facts, tuple(ask.args), dict(ask.kwargs), ask.seconds, ask.isolated, ask.keep)
    if all(type(each) in _PLAIN for each in (*ask.args, *ask.kwargs.values())):
        # A tenth of the time.
        return pickle.dumps(call, pickle.HIGHEST_PROTOCOL), []
    return _referring(call) if leaves_kept(life) else (pack(call), [])


def _referring(call: object) -> tuple[bytes, list[Kept]]:
    """Serialize with the number of a kept value in its place, wherever it is among the arguments."""
    import cloudpickle  # noqa: PLC0415 - a door: see `pack`

    kept: list[Kept] = []

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # it has no types
        def persistent_id(self, value: object) -> int | None:
            if not isinstance(value, Kept):
                return None
            if value not in kept:
                kept.append(value)
            return kept.index(value)

    packed = io.BytesIO()
    Pickler(packed).dump(call)
    return packed.getvalue(), kept


class _Unpickler(pickle.Unpickler):
    """Puts values of the cluster where a call refers to them."""

    def __init__(self, body: bytes, values: Sequence[object]) -> None:
        super().__init__(io.BytesIO(body))
        self._values = values

    def persistent_load(self, number: Any) -> object:
        return self._values[number]


class CallStream:
    """A record stream whose records go to the process of the flow."""

    def __init__(self, post: Callable[[bytes], None], wanted: Callable[[], bool], where: str) -> None:
        self._post = post
        self.wanted = wanted
        self.where = where
        self.began = clock.now()
        #: When the call itself began, by the monotonic clock: what it needs was loaded before.
        self.since = clock.monotonic()
        self.reach: Reach | None = None
        self.batches = 0
        #: The lease is the flow's, and told with the run.
        self.lease_id = ""
        self.limited_tags: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._waiting: list[Record] = []

    def put(self, record: Record) -> None:
        """Take a record."""
        with self._lock:
            self._waiting.append(record)

    def behind(self, settle: Callable[[], object]) -> None:
        """Settle at once: the process of the flow commits when it likes."""
        settle()

    def flush(self) -> None:
        """Hand everything over; it is on disk with the next commit there."""
        with self._lock:
            if self._waiting or not self.batches:
                records, self._waiting = self._waiting, []
                told = Told(self.began, self.where, self.batches, msgspec.json.encode(records))
                self.batches += 1
                self._post(msgspec.msgpack.encode(told))

    def close(self) -> None:
        """Hand over what is left."""
        self.flush()

    def rest(self) -> bytes:
        """Take what is left, for the answer."""
        with self._lock:
            records, self._waiting = self._waiting, []
            return msgspec.json.encode(records) if records else b"[]"

    def tick(self, number: int) -> None:
        """Say what there is to say, and stop a call that nobody wants any more."""
        self.flush()
        if number % _LOOK_EVERY == 0 and self.reach is not None and not self.wanted():
            self.wanted = _always
            self.reach.strike(CancelRequested())


class Batch:
    """Calls that came together: each runs after the other, until one of them takes long; then the others go back.

    So a short call costs little, and none waits for a long one while other workers are idle.
    """

    def __init__(
        self, calls: Sequence[tuple[str, bytes]], tell: Callable[[list[str], list[tuple[str, bytes, Any]]], None]
    ) -> None:
        self._rest = deque(calls)
        self._tell = tell
        self._lock = threading.Lock()
        self._done: list[tuple[str, bytes, Any]] = []
        #: How many of them were told.
        self._told = 0
        #: How many have begun; and how many had when the watch looked last.
        self._begun, self._seen = 0, -1

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        _watch.add(self)
        try:
            while True:
                with self._lock:
                    if not self._rest:
                        return
                    self._begun += 1
                    call = self._rest.popleft()
                yield call
        finally:
            _watch.remove(self)

    def answered(self, id: str, answer: bytes, kept: object) -> None:
        """One has ended."""
        with self._lock:
            self._done.append((id, answer, kept))

    def answers(self) -> list[tuple[str, bytes, Any]]:
        """Return all answers, the told ones as well: who has all of them knows which calls went back."""
        with self._lock:
            return self._done

    def tick(self, number: int) -> None:  # noqa: ARG002 - what the watch tells everybody
        """Give back what has not begun, and tell what has ended, where one call goes on and on."""
        with self._lock:
            if self._begun != self._seen:
                self._seen = self._begun
                return
            rest = [id for id, _ in self._rest]
            self._rest.clear()
            done, self._told = self._done[self._told :], len(self._done)
        if rest or done:
            self._tell(rest, done)


class _Watched(Protocol):
    def tick(self, number: int) -> None: ...


class _Watch:
    """One thread of a worker process, for all of its calls: sends what they record, and stops those that nobody wants any more."""

    def __init__(self) -> None:
        self._calls: set[_Watched] = set()
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, call: _Watched) -> None:
        with self._some:
            self._calls.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="segue-calls", daemon=True)
                self._thread.start()
            self._some.notify()

    def remove(self, call: _Watched) -> None:
        with self._some:
            self._calls.discard(call)

    def _work(self) -> None:
        pause = threading.Event()
        for number in count():
            with self._some:
                while not self._calls:
                    self._some.wait()
                calls = list(self._calls)
            pause.wait(_BATCH_SECONDS)
            for call in calls:
                if call in self._calls:
                    call.tick(number)


def _always() -> bool:
    return True


_watch = _Watch()
_common: dict[str, Common] = {}


def perform(
    name: str, common: bytes, body: bytes, stream: CallStream, values: Sequence[object] = ()
) -> tuple[Answer, object]:
    """Run one call on this worker; `name` names its common part, `values` are what it refers to in the cluster.

    Returns the answer, and the value where it is large and stays here.
    """
    _watch.add(stream)
    before = known()
    try:
        # In a context of its own: threads of a worker serve many runs.
        outcome, stay = contextvars.copy_context().run(_run, name, common, body, stream, values)
    finally:
        _watch.remove(stream)
    seconds = clock.monotonic() - stream.since
    plain = isinstance(outcome, Returned) and type(outcome.value) in _PLAIN
    packed: bytes | None = pickle.dumps((outcome, []), pickle.HIGHEST_PROTOCOL) if plain else pack_outcome(outcome)
    kept: object = None
    ref: ResultRef | None = None
    if len(packed or b"") > LARGE and isinstance(outcome, Returned):
        stays, ref = stay(outcome.value)
        if stays:
            packed, kept = None, outcome.value
    after = known()
    secrets = sorted(after - before) if after is not before else []
    return Answer(stream.began, stream.where, stream.batches, stream.rest(), secrets, packed, seconds, ref), kept


def _run(
    name: str, common: bytes, body: bytes, stream: CallStream, values: Sequence[object]
) -> tuple[Outcome, Callable[[object], tuple[bool, ResultRef | None]]]:
    try:
        shared = _common.get(name)
        if shared is None:
            path, packed = pickle.loads(common)  # noqa: S301 - written by the process of the flow
            sys.path.extend(entry for entry in path if entry not in sys.path)
            shared = pickle.loads(packed)  # noqa: S301 - the same
            while len(_common) >= _KEPT:
                _common.pop(next(iter(_common)), None)
            _common[name] = shared
        stream.since = clock.monotonic()
        loaded = _Unpickler(body, values).load() if values else pickle.loads(body)  # noqa: S301 - the same
        facts, args, kwargs, seconds, isolated, keep = loaded
    except BaseException as error:
        return Raised(error), _travels
    around = replace(shared.around, task={**facts, "face": shared.face})
    conclude = shared.face.spec.conclude
    outcome: Outcome
    try:
        with ExitStack() as stack:
            stack.enter_context(config.overridden(dict(around.settings)))
            enter(around, stream)
            for surround in around.within:
                stack.enter_context(surround())
            stream.reach = here()
            outcome = call_user(CallUser(shared.function, args, kwargs, seconds, isolated))
            if isinstance(outcome, Raised) and outcome.told is None:
                outcome = Raised(outcome.error, describe(outcome.error))
    except BaseException as error:
        outcome = Raised(error)
    finally:
        reach, stream.reach = stream.reach, None
        if reach is not None:
            reach.pending.clear()

    def stay(value: object) -> tuple[bool, ResultRef | None]:
        # What decides how the run ends (a state, several) is for the process of the flow to see.
        if conclude is not None and conclude(value) is not None:
            return False, None
        return True, _written(keep, value)

    return outcome, stay


def _written(keep: bytes | None, value: object) -> ResultRef | None:
    """Write a value to its storage from here; where that fails the process of the flow fetches it, and says why it cannot."""
    if keep is None:
        return None
    try:
        ref: ResultRef = pickle.loads(keep)(value)  # noqa: S301 - written by the process of the flow
    except Exception as problem:
        log.debug("a value was not written from its worker: %s", problem)
        return None
    return ref


def _travels(_value: object) -> tuple[bool, ResultRef | None]:
    return False, None
