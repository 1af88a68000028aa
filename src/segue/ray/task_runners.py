"""The task runner of Ray: a cluster of this machine for as long as the flow runs, or one that runs already."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Self

import ray
from ray.exceptions import (
    GetTimeoutError,
    NodeDiedError,
    ObjectLostError,
    OutOfMemoryError,
    RayActorError,
    RayError,
    RayTaskError,
    TaskCancelledError,
    WorkerCrashedError,
)  # fmt: skip
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from segue.cluster_runner import Call, ClusterTaskRunner, Common
from segue.engine.asks import ProcessLost, WorkerLost
from segue.exceptions import MissingResult
from segue.host.ids import new_id
from segue.ray.calls import LONG, TOLD, Answered, Mailbox, perform_each, perform_here
from segue.ray.context import current_options
from segue.ray.parcels import Pace, Parcel

log = logging.getLogger("segue.flow_runs")

#: Seconds between two looks whether the runner is being closed.
_LOOK_SECONDS = 0.5
#: Seconds that the worker of a call that was given up has to be gone.
_GONE_SECONDS = 10.0


class RayTaskRunner(ClusterTaskRunner):  # long: both sides of one conversation with the cluster
    """Runs tasks on a Ray cluster: the one at `address`, else the one this process uses already, else a temporary one.

    `init_kwargs` are for `ray.init`.
    """

    def __init__(self, address: str | None = None, init_kwargs: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.address = address
        self.init_kwargs = dict(init_kwargs or {})
        self._owned = False
        self._mailbox: Any = None
        self._listener: threading.Thread | None = None
        self._closing = threading.Event()
        self._cpus = 1
        #: Ray's own forms of the functions, by the options and the name that they have.
        self._functions: dict[tuple[object, ...], Any] = {}
        self._parcels: dict[str, Parcel] = {}
        self._paces: weakref.WeakKeyDictionary[Common, Pace] = weakref.WeakKeyDictionary()

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)(self.address, self.init_kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        # A flow travels with its runner's configuration, not with its cluster.
        return type(self), (self.address, self.init_kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RayTaskRunner) and self.__reduce__() == other.__reduce__()

    __hash__ = None  # type: ignore[assignment]

    def open(self) -> None:
        """Reach the cluster, or start one; raises when there is none."""
        # Ray's own `print`, for its progress bars, would take the place of the one that makes log lines of prints.
        os.environ.setdefault("RAY_TQDM_PATCH_PRINT", "0")  # noqa: TID251 - it is Ray that reads it, from nowhere else
        self._owned = not ray.is_initialized()
        where = {} if self.address is None else {"address": self.address}
        with _own_sigterm():
            context = ray.init(**where, **self.init_kwargs) if self._owned else ray.init(ignore_reinit_error=True)
        self._cpus = _cpus()
        self._mailbox = _mailbox()
        self._closing = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="segue-mailbox", daemon=True)
        self._listener.start()
        self.dashboard = f"http://{context.dashboard_url}" if context.dashboard_url else None
        place = context.address_info["gcs_address"]
        self.say(logging.INFO, "Tasks run on the Ray cluster at %s; dashboard: %s", place, self.dashboard or "none")

    def close(self) -> None:
        """Let go of the cluster, and stop it where it was started here."""
        self._closing.set()
        if self._mailbox is not None:
            ray.kill(self._mailbox)
        if self._listener is not None:
            self._listener.join()
        self._mailbox = self._listener = None
        self._functions.clear()
        if self._owned:
            self._owned = False
            ray.shutdown()

    def _listen(self) -> None:
        """Take what workers say about running calls."""
        mailbox, taking = self._mailbox, None
        while not self._closing.is_set():
            try:
                taking = taking or mailbox.take.remote()
                said = ray.get(taking, timeout=_LOOK_SECONDS)
                taking = None
            except GetTimeoutError:
                # Nothing happens: the time to see whether the cluster has grown.
                with suppress(RayError):
                    self._cpus = _cpus()
                continue
            except RayActorError as error:
                # At the end it dies by our hand.
                if not self._closing.wait(_LOOK_SECONDS):
                    mailbox, taking = _mailbox(), None
                    self.on_loop(self._unheard, mailbox, error)
                continue
            self.on_loop(self._said, said)

    def _unheard(self, mailbox: Any, error: RayActorError) -> None:
        """What running calls said was lost with the mailbox: nobody knows of the end of those that had more to say."""
        self._mailbox = mailbox
        lost = [call for call in self._calls.values() if call.handle is not None]
        log.warning("What %d running task(s) say does not arrive any more, so they end: %s", len(lost), error)
        self.drop(lost)
        why = WorkerLost(f"what the task says was lost in the Ray cluster: {_first_line(error)}")
        for call in lost:
            self.when_gone(call, partial(self.lose, call.id, why))

    def _said(self, said: list[tuple[str, str, Any]]) -> None:
        for kind, id, what in said:
            if kind == TOLD:
                call = self.call(id)
                parcel = call.handle if call is not None else None
                if parcel is not None and parcel.pace is not None:
                    parcel.pace.is_long()
                    self._release(parcel.pace)
                self.hear([(id, what)])
            elif kind == LONG and (parcel := self._parcels.get(id)) is not None:
                rest, done = what
                self._answer(parcel, done)
                self._give_back(parcel, rest)

    def options(self) -> dict[str, Any]:
        """Return the options of Ray in force."""
        return current_options()

    def send(self, calls: list[Call]) -> None:
        """Hand calls to the cluster: by themselves those that were given options or large values, others with their like."""
        paces: dict[Pace, None] = {}
        for call in calls:
            if call.options or call.values:
                self._send_one(call, None)
            else:
                pace = self._paces.setdefault(call.common, Pace())
                pace.waiting.append(call)
                paces[pace] = None
        for pace in paces:
            self._release(pace)

    def _release(self, pace: Pace) -> None:
        while pace.waiting and (calls := pace.take(self._cpus)):
            try:
                if len(calls) == 1:
                    self._send_one(calls[0], pace)
                else:
                    self._send_several(calls, pace)
            except Exception as error:  # noqa: BLE001 - the cluster is gone, or cannot take these: each run hears of it
                for call in calls:
                    self.lose(call.id, error)
            else:
                pace.under_way += 1

    def _send_one(self, call: Call, pace: Pace | None) -> None:
        function = self._function(perform_here, call.life.spec.name, {"num_returns": 2, **call.options})
        answer, call.value = function.remote(
            call.id, call.common.name, self._sent(call.common), call.body, self._mailbox, *call.values
        )
        self._under_way(Parcel(new_id(), [call], pace), answer, self._one_done)

    def _send_several(self, calls: list[Call], pace: Pace) -> None:
        common, parcel = calls[0].common, Parcel(new_id(), calls, pace)
        function = self._function(perform_each, calls[0].life.spec.name, {})
        bodies = [(call.id, call.body) for call in calls]
        ref = function.remote(parcel.id, common.name, self._sent(common), bodies, self._mailbox)
        self._under_way(parcel, ref, self._several_done)

    def _under_way(self, parcel: Parcel, ref: Any, done: Callable[[Parcel, Any], None]) -> None:
        parcel.ref = ref
        self._parcels[parcel.id] = parcel
        for call in parcel.calls.values():
            call.handle = parcel
        ref.future().add_done_callback(partial(self.on_loop, done, parcel))

    def _function(self, function: Callable[..., object], name: str, options: dict[str, Any]) -> Any:
        """Ray's own form of a function: exporting one takes longer than a call."""
        key = function, name, repr(sorted(options.items()))
        found = self._functions.get(key)
        if found is None:
            whole = self._functions.get((function,))
            if whole is None:
                whole = self._functions[function,] = ray.remote(function)
            # A lost worker's task is for its retries to begin again, and for nobody else.
            found = self._functions[key] = whole.options(**{"max_retries": 0, "name": name, **options})
        return found

    def _sent(self, common: Common) -> Any:
        if common.sent is None:
            common.sent = ray.put(common.data)
        return common.sent

    # --- what comes back, in the thread of the runs ---

    def _one_done(self, parcel: Parcel, done: Any) -> None:
        if done.exception() is None:
            for call in list(parcel.calls.values()):
                self._take(parcel, call, done.result())
        self._over(parcel, done.exception())

    def _several_done(self, parcel: Parcel, done: Any) -> None:
        if done.exception() is None:
            self._answer(parcel, done.result())
            # Whatever it says nothing of, it has given back: that is on its way.
            self._give_back(parcel, [id for id, call in parcel.calls.items() if call.answer is None])
        self._over(parcel, done.exception())

    def _answer(self, parcel: Parcel, answers: list[Answered]) -> None:
        for id, answer, kept in answers:
            call = parcel.calls.get(id)
            if call is not None:
                call.value = kept
                self._take(parcel, call, answer)

    def _take(self, parcel: Parcel, call: Call, answer: bytes) -> None:
        self.take(call.id, answer)
        if parcel.pace is not None and call.answer is not None:
            parcel.pace.learn(call.answer.seconds)

    def _give_back(self, parcel: Parcel, ids: list[str]) -> None:
        pace = parcel.pace
        given = [call for id in ids if (call := parcel.calls.pop(id, None)) is not None and not call.outcome.done()]
        if pace is None or not given:
            return
        for call in reversed(given):
            call.handle = None
            pace.waiting.appendleft(call)
        pace.is_long()
        self._release(pace)

    def _over(self, parcel: Parcel, error: BaseException | None) -> None:
        del self._parcels[parcel.id]
        if error is not None:
            for id in list(parcel.calls):
                self.lose(id, _meaning(error))
        if parcel.pace is not None:
            parcel.pace.under_way -= 1
            self._release(parcel.pace)

    def drop(self, calls: list[Call]) -> None:
        """Give calls up: what has not begun does not begin, and what has is stopped."""
        for call in calls:
            parcel = call.handle
            if (
                parcel is not None
                and parcel.calls.pop(call.id, None) is not None
                and (call.overdue or not parcel.calls)
            ):
                ray.cancel(parcel.ref, force=True)

    def when_gone(self, call: Call, then: Callable[[], object]) -> None:
        """Call something once a call's worker is gone: the cluster may give it the next attempt while it is being killed."""
        parcel = call.handle
        if parcel is None:
            then()
            return
        parcel.ref.future().add_done_callback(lambda _: self.on_loop(then))
        # Of a machine that is cut off it is not known for long, and what is asked of it does not run here.
        asyncio.get_running_loop().call_later(_GONE_SECONDS, then)

    def forget(self, call: Call) -> None:
        """The call is over: the cluster may forget it."""
        parcel, call.handle, call.value = call.handle, None, None
        if parcel is not None:
            parcel.calls.pop(call.id, None)

    def fetch(self, value: Any) -> object:
        """Return a value that the cluster keeps; raises MissingResult where it is lost."""
        try:
            return ray.get(value)
        except RayError as error:
            raise MissingResult(
                f"the value was kept in the Ray cluster, and is lost there: {_first_line(error)}"
            ) from error


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep what the flow does on SIGTERM (it stops its work, and says by what it was ended): Ray puts an exit in its place."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if callable(before) and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


def _mailbox() -> Any:
    # On this node of the cluster: one that only a mailbox lives on may be let go of as idle.
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
    return ray.remote(Mailbox).options(num_cpus=0, max_concurrency=1000, scheduling_strategy=here).remote()


def _cpus() -> int:
    return max(int(ray.cluster_resources().get("CPU", 1)), 1)


def _meaning(error: BaseException) -> BaseException:
    match error:
        case WorkerCrashedError() | NodeDiedError() | OutOfMemoryError() | ObjectLostError():
            return WorkerLost(f"the worker that ran the task was lost: {_first_line(error)}")
        case TaskCancelledError():
            return WorkerLost("the worker was stopped for the sake of another call, which would not end by itself")
        case RayTaskError():
            raised: BaseException = error
            return raised
        case _:
            return ProcessLost(f"the Ray cluster gave no answer: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
