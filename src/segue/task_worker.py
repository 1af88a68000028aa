"""Task workers: processes that run what others handed over with `task.delay(...)`.

A worker claims waiting runs of its tasks under a lease of its own and lives them in threads. A claim waits at the server, which
answers it the moment there is something to do; without a server, whatever is committed wakes the worker. What a lost worker ran is
taken up by others.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import AbstractContextManager, suppress
from contextvars import Context
from datetime import datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from segue.backend.lookout import Lookout
from segue.backend.questions import Questions
from segue.background import Waiting, enqueue, inputs_of
from segue.background_results import JournalKeeper, WorkerResults, are_usual
from segue.cache_policies import DEFAULT, NO_CACHE
from segue.engine import stamp
from segue.engine.asks import LeaseLost
from segue.engine.calling import in_async_code
from segue.engine.failure import describe
from segue.engine.lives import TaskLife
from segue.engine.reach import Reach
from segue.engine.reach import here as reach_here
from segue.engine.session import Session, backend, session
from segue.engine.task_script import TaskCall
from segue.host import clock
from segue.host.ids import new_id
from segue.host.process import this_process
from segue.host.signals import answered
from segue.logging import setup
from segue.model.errors import NotFound, SegueError, StaleFence
from segue.model.runs import TaskRun
from segue.submission import Run, execute
from segue.task_worker_status import status_server
from segue.top_level import starts_a_run
from segue.upstream import Upstream, resolver
from segue.utilities.annotations import NotSet
from segue.wire.operations import LEASE_END, LEASE_TAKE, TASK_RUN_CLAIM
from segue.wire.requests import ClaimedTasks, ClaimTasks, EndLease, Lease, TakeLease

if TYPE_CHECKING:
    from segue.backend.protocol import Stream
    from segue.backend.streams import RecordStream
    from segue.tasks import Task

__all__ = ["TaskWorker", "aserve", "enqueue", "serve"]

log = logging.getLogger("segue.task_worker")

#: Seconds that a claim waits at a server.
PATIENCE = 20.0
#: Seconds between two attempts to claim while a server is away: at first, and at most.
AGAIN, AGAIN_MOST = 0.1, 2.0
#: Seconds between two looks for processes that were lost.
LOOK = 5.0
#: Seconds for which ends of runs are gathered, where one follows the other.
GATHERED = 0.01
#: Ids of runs that were begun lately, which are remembered because a claim may tell of them again.
REMEMBERED = 5_000
#: Runs claimed at once at most.
MOST = 100
#: Seconds without an end after which a worker claims for the room that there is.
STILL = 0.005


class Hold:
    """The lease under which a worker runs what it claims, and the stream of its records, which nobody here waits for.

    Whoever waits for a value hears of it by the record alone.
    """

    def __init__(self, lease: Lease, stream: RecordStream) -> None:
        self.lease = lease
        self.stream = stream
        self.lease_id = lease.id
        self.results = WorkerResults(lease.id)
        self.put = stream.put
        self.behind = stream.behind
        #: Runs begun under it lately: a claim may tell of them again.
        self.begun: dict[str, None] = {}
        self._hurried = 0.0

    @property
    def limited_tags(self) -> frozenset[str]:
        """Tags of tasks that must ask for a slot."""
        return self.stream.limited_tags

    @limited_tags.setter
    def limited_tags(self, tags: frozenset[str]) -> None:
        self.stream.limited_tags = tags

    @property
    def lost(self) -> SegueError | None:
        """Why nothing is recorded under this lease any more."""
        return self.stream.lost

    def flush(self) -> None:
        """Have everything recorded soon: at once where little is, a little later together where much is."""
        now = clock.monotonic()
        if self._hurried <= now:
            # What ends meanwhile rides along.
            self._hurried = max(now, self._hurried + GATHERED)
            self.stream.hurry(self._hurried - now)

    def close(self) -> None:
        """Return when everything put so far is recorded, and forget the stream; raises `StaleFence`."""
        self.stream.close()

    @property
    def under(self) -> tuple[str, int]:
        """The lease as a claim names it."""
        return self.lease.id, self.lease.fence


class TaskWorker:  # long: one conversation with the record, from the first claim to the last word
    """Runs background runs of some tasks, at most `limit` at a time (None: no limit)."""

    def __init__(self, *tasks: Task[Any, Any], limit: int | None = 10) -> None:
        self.tasks = [_persisting(task) for task in tasks]
        self.task_keys = {task.task_key for task in self.tasks}
        self.limit = limit
        self.started_at: datetime | None = None
        self.stopping = False
        self.in_flight_task_runs: dict[str, dict[str, datetime]] = {key: {} for key in self.task_keys}
        self.finished_task_runs: dict[str, int] = dict.fromkeys(self.task_keys, 0)
        self._by_key = {task.task_key: task for task in self.tasks}
        self._guard = threading.Lock()
        #: Whether the last claim failed.
        self._away = False
        #: Set when a run has ended, and when the worker is to stop.
        self._room, self._over = threading.Event(), threading.Event()
        #: Runs under way, each with what reaches its thread.
        self._running: dict[str, Reach | None] = {}
        #: Runs that were claimed again while they resist, though the lease under which they were begun is lost.
        self._later: dict[str, tuple[Hold, TaskRun]] = {}
        #: What threads are given, which stay for more.
        self._given: SimpleQueue[tuple[Hold, TaskRun] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._hold: Hold | None = None
        #: Leases that were lost, whose streams are not closed yet.
        self._lost: list[Hold] = []
        #: Why nothing can be claimed any more.
        self._problem: BaseException | None = None

    @property
    def client_id(self) -> str:
        """Which process this worker is."""
        return f"{this_process().host}-{os.getpid()}"

    @property
    def started(self) -> bool:
        """Whether the worker is looking for work."""
        return self.started_at is not None

    @property
    def current_tasks(self) -> int:
        """How many runs are under way."""
        with self._guard:
            return len(self._running)

    @property
    def available_tasks(self) -> int | None:
        """How many more runs it would take; None without a limit."""
        return None if self.limit is None else max(self.limit - self.current_tasks, 0)

    def start(self, timeout: float | None = None) -> None:
        """Claim and run until `stop` is called or `timeout` seconds have passed; then let the runs under way end."""
        setup()
        self.started_at, self.stopping = clock.now(), False
        self._over.clear()
        self._problem = None
        names = ", ".join(sorted(task.name for task in self.tasks))
        log.info("Task worker started; it serves %s", names or "no task")
        deadline = None if timeout is None else clock.monotonic() + timeout
        here = session()
        questions, lookout = Questions(here.backend), Lookout(here.backend)
        claiming = threading.Thread(target=self._claims, args=(here, questions), name="segue-claims", daemon=True)
        claiming.start()
        try:
            while not self._over.is_set() and (deadline is None or clock.monotonic() < deadline):
                lookout.look()
                self._over.wait(LOOK if deadline is None else max(min(LOOK, deadline - clock.monotonic()), 0.0))
        finally:
            self.stop()
            while claiming.is_alive():
                questions.call_off()
                claiming.join(0.1)
            self.started_at = None
            self._finish(here)
            log.info("Task worker stopped")
        if self._problem is not None:
            raise self._problem

    async def astart(self, timeout: float | None = None) -> None:
        """Claim and run without blocking the event loop; the async form of `start`."""
        import asyncio  # noqa: PLC0415 - a door: a worker of sync tasks does not pay for it

        running = asyncio.ensure_future(asyncio.to_thread(self.start, timeout))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            self.stop()
            await running
            raise

    def stop(self) -> None:
        """Claim nothing more; `start` returns when the runs under way have ended. Safe from every thread."""
        self.stopping = True
        self._over.set()
        self._room.set()

    def _claims(self, here: Session, questions: Questions) -> None:
        try:
            self._claim_on(here, questions)
        except BaseException as error:  # noqa: BLE001 - `start` raises it: a worker that claims nothing looks like one without work
            self._problem = error
            self.stop()

    def _claim_on(self, here: Session, questions: Questions) -> None:
        """Take over waiting runs, as many as there is room for, until the worker is to stop."""
        pause = AGAIN
        request: ClaimTasks | None = None
        # Whether there may be more than was given last.
        more = False
        while not self.stopping:
            room = self._space()
            if room <= 0 or not self.task_keys:
                self._room.wait()
                self._room.clear()
                continue
            if more:
                room = self._gathered(room)
                if self.stopping:
                    return
            try:
                hold = self._held(here)
                if request is None or request.under != hold.under:
                    request = ClaimTasks(
                        task_keys=sorted(self.task_keys), lease=here.lease_request(), limit=room, id=new_id(),
                        under=hold.under, seconds=PATIENCE,
                    )  # fmt: skip
                claimed = questions.ask(TASK_RUN_CLAIM, request, ClaimedTasks(items=[])).items
            except (StaleFence, NotFound):
                self._lose()
                continue
            except SegueError as error:
                # The server may be away for a while; the worker outlives that, and says so once. It asks by the same id again,
                # for it may be the answer that was lost.
                log.log(logging.DEBUG if self._away else logging.WARNING, "no work could be claimed: %s", error)
                self._away = True
                self._over.wait(pause)
                pause = min(2 * pause, AGAIN_MOST)
                continue
            pause, more, request, self._away = AGAIN, len(claimed) >= request.limit, None, False
            self._begin(hold, [run for run, _ in claimed])

    def _space(self) -> int:
        """How many more runs are claimed at once."""
        available = self.available_tasks
        return MOST if available is None else min(available, MOST)

    def _gathered(self, room: int) -> int:
        """Return the room there is when runs no longer end one right after the other, or half of all the room is there.

        A claim costs as much as many short runs, and there is no hurry while half of the threads have work.
        """
        while self.limit is not None and room < min(self.limit, MOST) // 2 and not self._over.wait(STILL):
            now = self._space()
            if now <= room:
                break
            room = now
        return room

    def _begin(self, hold: Hold, runs: list[TaskRun]) -> None:
        for run in runs:
            with self._guard:
                if run.id in hold.begun:
                    # Told again, because the first answer might have been lost.
                    continue
                hold.begun[run.id] = None
                if len(hold.begun) > REMEMBERED:
                    del hold.begun[next(iter(hold.begun))]
                if run.id in self._running:
                    self._later[run.id] = (hold, run)
                else:
                    self._give(hold, run)

    def _give(self, hold: Hold, run: TaskRun) -> None:
        self.in_flight_task_runs[run.task_key][run.id] = clock.now()
        self._running[run.id] = None
        if self._idle:
            self._idle -= 1
        else:
            thread = threading.Thread(target=self._work, name=f"segue-task-{len(self._threads)}")
            self._threads.append(thread)
            thread.start()
        self._given.put((hold, run))

    def _work(self) -> None:
        while (given := self._given.get()) is not None:
            # Nothing of one run is seen by the next.
            Context().run(self._live, *given)
            with self._guard:
                self._idle += 1
            self._room.set()

    def _live(self, hold: Hold, run: TaskRun) -> None:
        try:
            with self._guard:
                if hold is not self._hold:
                    log.warning("Task run %r is not begun here: the lease under which it was claimed is lost", run.name)
                    return
                self._running[run.id] = reach_here()
            live(self._by_key[run.task_key], run, hold, hold.results)
        except Exception:
            # The worker has other runs; this one's lease tells whoever comes after that it did not end.
            log.exception("Task run %r could not be recorded to its end", run.name)
        finally:
            with self._guard:
                del self._running[run.id]
                self.in_flight_task_runs[run.task_key].pop(run.id, None)
                self.finished_task_runs[run.task_key] += 1
                again = self._later.pop(run.id, None)
                if again is not None:
                    self._give(*again)

    def _held(self, here: Session) -> Hold:
        """The lease of this worker, taken by the first claim and after one was lost."""
        if self._hold is not None and self._hold.lost is not None:
            self._lose()
        if self._hold is None:
            since = clock.elapsed()
            asked = TakeLease(id=new_id(), lease=here.lease_request(), kind="task-worker")
            lease = here.backend.call(LEASE_TAKE, asked)
            self._hold = Hold(lease, cast("RecordStream", here.backend.stream(lease)))
            here.pulse.hold(lease, self._hold.stream, since=since, lost=self._lose)
            while self._lost:
                # What was still to be said of it is refused.
                with suppress(SegueError):
                    self._lost.pop().close()
        return self._hold

    def _lose(self, error: BaseException | None = None) -> None:
        """What runs here may run elsewhere as well, or soon will: it stops, and nothing of it is recorded any more."""
        with self._guard:
            lost, self._hold = self._hold, None
            running = [reach for reach in self._running.values() if reach is not None]
            for reach in running:
                # Within the guard: its thread has taken up nothing else meanwhile.
                reach.strike(error or LeaseLost())
        if running:
            log.error(
                "the lease of this task worker is lost; what it ran is taken up by others: %d run(s) stop", len(running)
            )
        if lost is not None:
            session().pulse.release(lost.lease)
            self._lost.append(lost)

    def _finish(self, here: Session) -> None:
        under_way = self.current_tasks
        if under_way:
            log.info("Waiting for %d run(s) under way", under_way)
        while self.current_tasks:
            self._room.wait()
            self._room.clear()
        for _ in self._threads:
            self._given.put(None)
        for thread in self._threads:
            thread.join()
        self._threads, self._idle = [], 0
        hold, self._hold = self._hold, None
        if hold is None:
            return
        here.pulse.release(hold.lease)
        try:
            hold.close()
            here.backend.call(LEASE_END, EndLease(id=hold.lease.id, fence=hold.lease.fence))
        except SegueError as error:
            log.warning("the lease of this task worker could not be given back: %s", error)


def _persisting(task: Task[Any, Any]) -> Task[Any, Any]:
    """The task with results that another process can read."""
    if task.cache_policy in (None, NO_CACHE, NotSet):
        return task.with_options(persist_result=True, cache_policy=DEFAULT)
    return task.with_options(persist_result=True)


def live(task: Task[Any, Any], run: TaskRun, stream: Stream, results: WorkerResults | None = None) -> None:
    """Live one claimed run to its end; `results`: where its value is kept unless the task says so."""
    journal = (
        results.place(run.id) if results is not None and task.cache_policy == DEFAULT and are_usual(task) else None
    )
    # Its inputs are kept as they were handed over.
    spec = replace(task.spec, inputs_place=None)
    if journal is not None:
        kept = backend()
        spec = replace(spec, keeper=lambda life: JournalKeeper(task, life, journal, run, kept))
    life = TaskLife(
        id=run.id, spec=spec, name=run.name, parameters={}, stream=stream, flow=None, parent=None, state=run.state,
        tags=frozenset(run.tags), dynamic_key=run.dynamic_key,
    )  # fmt: skip
    # A worker that was lost with it may have begun it.
    life.run_count, life.start_time = run.run_count, run.start_time
    try:
        inputs = inputs_of(run)
    except Exception as error:
        log.exception("The inputs of task run %r cannot be read", run.name)
        life.move(stamp.failed(f"The inputs of this run cannot be read: {error}", describe(error)))
    else:
        life.move(stamp.pending())
        life.parameters = inputs.parameters
        life.inputs_ref = run.inputs_ref
        execute(Run(life, _call(task, inputs)))
    stream.flush()


def _call(task: Task[Any, Any], inputs: Waiting) -> TaskCall:
    upstream = Upstream()
    upstream.look(inputs.parameters)
    upstream.wait_for(inputs.wait_for)
    resolve = resolver(upstream.found, inputs.wait_for) if upstream.found or inputs.wait_for else None
    return TaskCall(bind=task.unbind, promises=upstream.promises, resolve=resolve, direct=False)


def serve(
    *tasks: Task[Any, Any],
    limit: int | None = 10,
    status_server_port: int | None = None,
    timeout: float | None = None,
) -> None:
    """Run background runs of some tasks until the process is asked to stop, or for `timeout` seconds. Awaitable in async code.

    SIGINT or SIGTERM lets the runs under way end; a second one does not wait. With `status_server_port` the worker's status
    is told at `http://127.0.0.1:PORT/status`.
    """
    if in_async_code():
        return aserve(*tasks, limit=limit, status_server_port=status_server_port, timeout=timeout)  # type: ignore[return-value]  # what async code awaits
    starts_a_run()
    worker = TaskWorker(*tasks, limit=limit)
    with _stopped_by_signals(worker), status_server(worker, status_server_port):
        worker.start(timeout)
    return None


async def aserve(
    *tasks: Task[Any, Any],
    limit: int | None = 10,
    status_server_port: int | None = None,
    timeout: float | None = None,
) -> None:
    """Run background runs of some tasks; the async form of `serve`."""
    worker = TaskWorker(*tasks, limit=limit)
    with _stopped_by_signals(worker), status_server(worker, status_server_port):
        await worker.astart(timeout)


def _stopped_by_signals(worker: TaskWorker) -> AbstractContextManager[None]:
    def stop(number: signal.Signals, _times: int) -> None:
        log.info("%s received: no more runs are claimed", number.name)
        worker.stop()

    def insist(_number: signal.Signals) -> None:
        raise KeyboardInterrupt

    return answered(stop, insisted=insist)
