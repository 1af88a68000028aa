"""What the task runners of clusters have in common: this process lives the runs, the cluster calls their bodies.

One thread with an event loop lives all runs of a flow, however many there are: states, retries, caches and hooks are this process's
affair, as with every other runner. What is ready to be called at the same moment is sent in one go. How calls and answers travel is
each cluster's own: it gives `open`, `send`, `drop` and `close`, and tells `heard`, `answered` and `lost`.

A large value stays on the cluster: another task is given it by reference, and it travels here when somebody asks for it, or at the
end, where somebody still could.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import msgspec

from segue.engine.afar import Answer, Told, decode_records, pack_call, pack_common
from segue.engine.asks import CallUser, Outcome, Raised, Returned, TimedOut, WorkerLost
from segue.engine.drive_async import adrive
from segue.engine.ended import Ended
from segue.engine.interpret import from_error
from segue.engine.isolation import unpack_outcome
from segue.engine.kept import Kept
from segue.engine.lives import TaskLife, current_flow, current_tags, current_task
from segue.engine.masking import share
from segue.engine.reach import Reach, listen, unlisten
from segue.engine.session import backend
from segue.engine.task_script import task_script
from segue.exceptions import MissingResult
from segue.futures import SegueFuture
from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import SegueError
from segue.runner_contract import TaskRunner
from segue.submission import Run, start_run
from segue.wire.operations import FLOW_RUN_EDIT
from segue.wire.requests import FlowRunEdit

if TYPE_CHECKING:
    from segue.tasks import Task

log = logging.getLogger("segue.flow_runs")

#: The label of a flow run under which its page finds the cluster's dashboard.
DASHBOARD = "segue.cluster.dashboard"
#: Seconds that a worker has to stop a call by itself when its time is up.
GRACE_SECONDS = 5.0
_decode_told = msgspec.msgpack.Decoder(Told).decode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


class Common:
    """The common part of one task's calls, as it was serialized."""

    __slots__ = ("__weakref__", "data", "name", "sent")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        #: What the cluster knows it by, once it is there.
        self.sent: Any = None


class Call:
    """One call on its way."""

    __slots__ = (
        "answer", "ask", "body", "common", "handle", "heard", "id", "life", "options", "outcome", "overdue", "timer", "value",
        "values",
    )  # fmt: skip

    def __init__(
        self, life: TaskLife, ask: CallUser, common: Common, body: bytes, values: list[Any], options: dict[str, Any]
    ) -> None:
        self.id = f"{life.spec.name}-{new_id()}"
        self.life = life
        self.ask = ask
        self.common = common
        self.body = body
        #: What it refers to in the cluster.
        self.values = values
        #: What the user said about where it may run.
        self.options = options
        #: Batches of records that came.
        self.heard = 0
        self.answer: Answer | None = None
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        #: The cluster's own name for the call, and for its value where that stays there.
        self.handle: Any = None
        self.value: Any = None
        #: Whether the worker did not stop it in time.
        self.overdue = False
        self.timer: asyncio.TimerHandle | None = None


class ClusterTaskRunner(TaskRunner[SegueFuture[Any]]):  # long: both sides of one conversation with the cluster
    """Runs the bodies of tasks on the workers of a cluster; `segue.dask` and `segue.ray` say how each is reached."""

    def __init__(self) -> None:
        super().__init__()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._coming: deque[tuple[Run, Context]] = deque()
        self._living: dict[asyncio.Task[None], Run] = {}
        self._calls: dict[str, Call] = {}
        self._outbox: list[Call] = []
        self._commons: weakref.WeakKeyDictionary[Any, tuple[frozenset[str], Common]] = weakref.WeakKeyDictionary()
        self._reach: Reach | None = None
        self._stopped = False
        #: Whether the flow is being stopped.
        self._struck = False
        #: The cluster as long as this runner is in use, and the values that are kept there.
        self._home: object = None
        self._kept: weakref.WeakSet[Kept] = weakref.WeakSet()
        #: Where the cluster shows what it does, while the runner is in use.
        self.dashboard: str | None = None

    # --- what each cluster gives ---

    @abstractmethod
    def open(self) -> None:
        """Reach the cluster, or start one; raises when there is none."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the cluster, and stop it where it was started here."""

    @abstractmethod
    def send(self, calls: list[Call]) -> None:
        """Hand calls to the cluster."""

    @abstractmethod
    def drop(self, calls: list[Call]) -> None:
        """Give calls up: what has not begun does not begin, and what has is stopped."""

    def when_gone(self, call: Call, then: Callable[[], object]) -> None:  # noqa: ARG002 - which one matters to some clusters
        """Call something once a call that was given up can harm no other: another attempt may begin then."""
        then()

    def options(self) -> dict[str, Any]:
        """Return what the code around says about where its calls may run."""
        return {}

    def forget(self, call: Call) -> None:
        """The call is over: let go of what the cluster keeps of it, its value apart."""

    @abstractmethod
    def fetch(self, value: Any) -> object:
        """Return a value that the cluster keeps; raises why it cannot be had."""

    # --- the contract of a task runner ---

    def submit(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,  # noqa: ARG002 - part of the contract; found in the arguments here
    ) -> SegueFuture[Any]:
        """Start a run of `task` and return its future at once."""
        if not self._started:
            raise RuntimeError("Task runner is not started")
        run = start_run(task, parameters, wait_for, direct=False, home=self._home)
        future = run.future
        with self._guard:
            if self._stopped:
                run.cancel()
                return future
            self._coming.append((run, copy_context()))
            first = len(self._coming) == 1
        if first and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin)
        return future

    def cancel_all(self) -> None:
        """Start nothing that has not begun."""
        with self._guard:
            self._stopped = True
            dropped = [run for run, _ in self._coming]
            self._coming.clear()
        for run in dropped:
            run.cancel()

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.open()
        except BaseException:
            self._started = False
            raise
        self._stopped = self._struck = False
        self._home = object()
        self._link_dashboard()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._turn, args=(self._loop,), name="segue-cluster", daemon=True)
        self._thread.start()
        self._reach = listen(current_flow.get(), self._strike)
        return self

    def __exit__(self, *exc: object) -> None:
        loop, thread = self._loop, self._thread
        if self._reach is not None:
            unlisten(self._reach)
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(self._finish(), loop).result()
            # Nobody waits for what the cluster has yet to say.
            self._loop = None
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        self._loop = self._thread = self._reach = None
        given_up = "the flow run was stopped while the value was still in the cluster" if self._struck else None
        for kept in list(self._kept):
            # Somebody may yet ask for it; whoever stops a flow does not wait for that.
            kept.let_go(MissingResult(given_up) if given_up is not None else None)
        self.close()
        super().__exit__(*exc)

    def say(self, level: int, message: str, *args: object) -> None:
        """Put a line into the log of the flow run."""
        flow = current_flow.get()
        log.log(level, message, *args, extra=None if flow is None else {"life": flow})

    def _link_dashboard(self) -> None:
        """Let the page of the flow run lead to the cluster's own."""
        flow = current_flow.get()
        if flow is None or self.dashboard is None:
            return
        try:
            backend().call(FLOW_RUN_EDIT, FlowRunEdit(id=flow.id, labels={DASHBOARD: self.dashboard}))
        except SegueError as error:
            log.debug("the cluster's dashboard is not linked: %s", error, extra={"life": flow})

    # --- the loop ---

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_default_executor())

    async def _finish(self) -> None:
        """The flow's body has ended: whatever still lives is stopped."""
        for each in list(self._living):
            each.cancel()
        if self._living:
            await asyncio.wait(list(self._living), timeout=GRACE_SECONDS)

    def _begin(self) -> None:
        """Live what was submitted."""
        with self._guard:
            coming = list(self._coming)
            self._coming.clear()
        loop = asyncio.get_running_loop()
        for run, context in coming:
            living = loop.create_task(self._live(run), context=context)
            self._living[living] = run
            living.add_done_callback(self._living.pop)

    async def _live(self, run: Run) -> None:
        ended: Ended
        try:
            ended = await adrive(task_script(run.life, run.call), run.life.flow, call=self._call)
        except BaseException as error:  # noqa: BLE001 - whoever waits for the promise would wait for ever
            ended = from_error("Task run", error, seconds=None, own_timeout=False)
            run.life.move(ended.state)
        if run.promise.watched:
            # Callbacks are the user's: they may wait for other runs of this very loop.
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, run.settle, ended))
        else:
            run.settle(ended)

    def _strike(self, error: BaseException) -> None:
        """The flow is being stopped: so is every run of it."""
        self._struck = True
        loop = self._loop
        if loop is None:
            return
        flow = current_flow.get()
        if flow is not None:
            flow.extra["stopped_by"] = error
        loop.call_soon_threadsafe(self._stop, error)

    def _stop(self, error: BaseException) -> None:
        for living, run in list(self._living.items()):
            if run.life.flow is not None:
                run.life.flow.extra["stopped_by"] = error
            living.cancel()

    async def _call(self, ask: CallUser) -> Outcome:
        """Call user code on the cluster and wait for its outcome."""
        life = current_task.get()
        if life is None:
            raise RuntimeError("a call without a task run")
        try:
            body, kept = pack_call(life, ask)
            call = Call(life, ask, self._common(life), body, [each.handle for each in kept], self.options())
        except Exception as error:  # noqa: BLE001 - the function or an argument cannot be sent: the caller's error
            return Raised(error)
        self._calls[call.id] = call
        self._outbox.append(call)
        if len(self._outbox) == 1:
            asyncio.get_running_loop().call_soon(self._flush)
        try:
            return await call.outcome
        except asyncio.CancelledError as error:
            self.drop([call])
            stopped_by = life.flow.extra.get("stopped_by") if life.flow is not None else None
            return Raised(stopped_by if isinstance(stopped_by, BaseException) else error)
        finally:
            self._calls.pop(call.id, None)
            if call.timer is not None:
                call.timer.cancel()
            self.forget(call)

    def _common(self, life: TaskLife) -> Common:
        """The common part of this task's calls: serialized at the first, or when other tags surround them."""
        tags = current_tags.get()
        found = self._commons.get(life.spec.face)
        if found is None or found[0] != tags:
            found = self._commons[life.spec.face] = (tags, Common(new_id(), pack_common(life)))
        return found[1]

    def _flush(self) -> None:
        """Send what is ready."""
        calls, self._outbox = [call for call in self._outbox if not call.outcome.done()], []
        try:
            self.send(calls)
        except Exception as error:  # noqa: BLE001 - the cluster is gone, or cannot take these: each run hears of it
            for call in calls:
                self._settle(call, Raised(error))

    # --- what each cluster tells, from any thread ---

    def heard(self, told: list[tuple[str, bytes]]) -> None:
        """A worker said something about calls while they run."""
        self.on_loop(self.hear, told)

    def answered(self, id: str, answer: bytes) -> None:
        """A call has ended."""
        self.on_loop(self.take, id, answer)

    def lost(self, id: str, error: BaseException) -> None:
        """A call will have no answer."""
        self.on_loop(self.lose, id, error)

    def call(self, id: str) -> Call | None:
        """Return a call that is under way."""
        return self._calls.get(id)

    def hear(self, told: list[tuple[str, bytes]]) -> None:
        """A worker said something about calls while they run; in the thread of the runs."""
        for id, body in told:
            call = self._calls.get(id)
            if call is None:
                continue
            each = _decode_told(body)
            if call.heard == 0:
                self._begun(call, each.began, each.where)
            call.heard += 1
            for record in decode_records(each.records):
                call.life.stream.put(record)
            if call.answer is not None:
                self._conclude(call)

    def _begun(self, call: Call, began: Any, where: str) -> None:
        if call.ask.begin is not None:
            call.ask.begin(began, where)
        if call.ask.seconds is not None and call.timer is None:
            seconds = call.ask.seconds + GRACE_SECONDS
            call.timer = asyncio.get_running_loop().call_later(seconds, self._overdue, call)

    def _overdue(self, call: Call) -> None:
        """The worker could not stop it."""
        if not call.outcome.done():
            call.overdue = True
            self.drop([call])
            late = Raised(TimedOut(f"timed out after {call.ask.seconds} second(s)"))
            self.when_gone(call, partial(self._settle, call, late))

    def take(self, id: str, body: bytes) -> None:
        """A call has ended; in the thread of the runs."""
        call = self._calls.get(id)
        if call is not None:
            call.answer = _decode_answer(body)
            self._conclude(call)

    def _conclude(self, call: Call) -> None:
        answer = call.answer
        if answer is None or call.outcome.done() or call.heard < answer.batches:
            return
        if call.heard == 0:
            self._begun(call, answer.began, answer.where)
        share(answer.secrets)
        for record in decode_records(answer.records):
            call.life.stream.put(record)
        if answer.outcome is not None:
            self._settle(call, unpack_outcome(answer.outcome))
            return
        kept = Kept(self._home, call.value, self.fetch, answer.ref)
        self._kept.add(kept)
        self._settle(call, Returned(kept))

    def on_loop(self, function: Callable[..., object], *args: Any) -> None:
        """Call something in the thread that lives the runs, from any thread."""
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(function, *args)

    def lose(self, id: str, error: BaseException) -> None:
        """A call will have no answer; in the thread of the runs."""
        call = self._calls.get(id)
        if call is None or call.answer is not None:
            return
        if isinstance(error, WorkerLost) and call.heard == 0:
            # It had begun, and was gone before that could be told: the next attempt is not the first.
            self._begun(call, clock.now(), "a worker that was lost")
        self._settle(call, Raised(error))

    def _settle(self, call: Call, outcome: Outcome) -> None:
        if not call.outcome.done():
            call.outcome.set_result(outcome)
