"""User code on a worker of a cluster: what travels there, and the worker's side of it.

What all calls of a task have in common (the function, the run around it, the settings) is serialized once and travels once to each
worker; a call adds its arguments. Records go to the process of the flow, which alone numbers them, in batches while the call runs;
what is left of them comes with the answer. A call that nobody waits for any more is stopped: its client is gone, or gave it up.
"""

from __future__ import annotations

import contextvars
import pickle
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import count

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from segue.engine.asks import CallUser, CancelRequested, Outcome, Raised, Returned
from segue.engine.child import enter
from segue.engine.drive_sync import call_user
from segue.engine.failure import describe
from segue.engine.isolation import Surroundings, facts_of_task, pack, pack_outcome, surroundings
from segue.engine.lives import TaskLife
from segue.engine.masking import known
from segue.engine.reach import Reach, here
from segue.host import clock, config
from segue.model.records import Record

#: Batches of records leave at least this often; every so many of them the call looks whether it is still wanted.
_BATCH_SECONDS, _LOOK_EVERY = 0.05, 5
#: Values whose serialized form is larger stay in the cluster until they are needed.
LARGE = 64 * 1024
#: Tasks whose common part a worker keeps unpacked.
_KEPT = 32

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


class Common(Struct, frozen=True, eq=False):
    """What the calls of one task have in common."""

    function: Callable[..., object]
    face: object
    around: Surroundings


def pack_common(life: TaskLife) -> bytes:
    """Serialize what the calls of a task have in common, here and now; raises what cannot be serialized."""
    around = surroundings()
    settings = {**config.shared(), **around.settings}
    common = pack(Common(life.spec.function, life.spec.face, replace(around, task=None, settings=settings)))
    # Where modules are found must be known before anything is unpacked.
    return pack((list(around.path), common))


def pack_call(life: TaskLife, ask: CallUser) -> bytes:
    """Serialize one call; raises what cannot be serialized."""
    facts = facts_of_task(life)
    del facts["face"]
    if ask.begin is not None:
        # It is counted when the worker has begun; the body sees it counted.
        facts["run_count"] += 1
    return pack((facts, tuple(ask.args), dict(ask.kwargs), ask.seconds, ask.isolated))


class CallStream:
    """A record stream whose records go to the process of the flow."""

    def __init__(self, post: Callable[[bytes], None], wanted: Callable[[], bool], where: str) -> None:
        self._post = post
        self.wanted = wanted
        self.where = where
        self.began = clock.now()
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
            return msgspec.json.encode(records)


class _Watch:
    """One thread of a worker process, for all of its calls: sends what they record, and stops those that nobody wants any more."""

    def __init__(self) -> None:
        self._calls: set[CallStream] = set()
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, call: CallStream) -> None:
        with self._some:
            self._calls.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="segue-calls", daemon=True)
                self._thread.start()
            self._some.notify()

    def remove(self, call: CallStream) -> None:
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
                    call.flush()
                    if number % _LOOK_EVERY == 0 and call.reach is not None and not call.wanted():
                        call.wanted = _always
                        call.reach.strike(CancelRequested())


def _always() -> bool:
    return True


_watch = _Watch()
_common: dict[str, Common] = {}


def perform(
    name: str, common: bytes, body: bytes, stream: CallStream, *, keep: Callable[[object], bool] | None = None
) -> tuple[Answer, object]:
    """Run one call on this worker; `name` names its common part.

    Returns the answer, and the value where it is large and `keep` agrees to leave it here.
    """
    _watch.add(stream)
    before = known()
    try:
        # In a context of its own: threads of a worker serve many runs.
        outcome = contextvars.copy_context().run(_run, name, common, body, stream)
    finally:
        _watch.remove(stream)
    packed: bytes | None = pack_outcome(outcome)
    kept: object = None
    if keep is not None and isinstance(outcome, Returned) and len(packed or b"") > LARGE and keep(outcome.value):
        packed, kept = None, outcome.value
    secrets = sorted(known() - before)
    return Answer(stream.began, stream.where, stream.batches, stream.rest(), secrets, packed), kept


def _run(name: str, common: bytes, body: bytes, stream: CallStream) -> Outcome:
    try:
        shared = _common.get(name)
        if shared is None:
            path, packed = pickle.loads(common)  # noqa: S301 - written by the process of the flow
            sys.path.extend(entry for entry in path if entry not in sys.path)
            shared = pickle.loads(packed)  # noqa: S301 - the same
            while len(_common) >= _KEPT:
                _common.pop(next(iter(_common)), None)
            _common[name] = shared
        facts, args, kwargs, seconds, isolated = pickle.loads(body)  # noqa: S301 - the same
    except BaseException as error:
        return Raised(error)
    around = replace(shared.around, task={**facts, "face": shared.face})
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
            return outcome
    except BaseException as error:
        return Raised(error)
    finally:
        reach, stream.reach = stream.reach, None
        if reach is not None:
            reach.pending.clear()
