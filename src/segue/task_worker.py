"""Task workers: processes that run what others handed over with `task.delay(...)`.

A worker claims waiting runs of its tasks, each with a lease of its own, and lives them in threads. It looks for work often
while there is some and a little less often while there is none; a run that ends makes it look at once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from segue.backend.lookout import Lookout
from segue.background import Waiting, enqueue, inputs_of
from segue.cache_policies import DEFAULT, NO_CACHE
from segue.engine import stamp
from segue.engine.calling import in_async_code
from segue.engine.failure import describe
from segue.engine.lives import TaskLife
from segue.engine.session import Session, session
from segue.engine.task_script import TaskCall
from segue.host import clock
from segue.host.ids import new_id
from segue.host.process import this_process
from segue.host.signals import answered
from segue.logging import setup
from segue.model.errors import SegueError, StaleFence
from segue.model.runs import TaskRun
from segue.submission import Run, execute
from segue.task_worker_status import status_server
from segue.top_level import starts_a_run
from segue.upstream import Upstream, resolver
from segue.utilities.annotations import NotSet
from segue.wire.operations import LEASE_END, TASK_RUN_CLAIM
from segue.wire.requests import ClaimTasks, EndLease, Lease

if TYPE_CHECKING:
    from segue.tasks import Task

__all__ = ["TaskWorker", "aserve", "enqueue", "serve"]

log = logging.getLogger("segue.task_worker")

#: Seconds between two looks for work.
BUSY, IDLE = 0.1, 0.5
#: Runs claimed at once by a worker without a limit.
MOST = 100


class TaskWorker:
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
        self._wake = threading.Event()
        self._threads: set[threading.Thread] = set()

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
            return len(self._threads)

    @property
    def available_tasks(self) -> int | None:
        """How many more runs it would take; None without a limit."""
        return None if self.limit is None else max(self.limit - self.current_tasks, 0)

    def start(self, timeout: float | None = None) -> None:
        """Claim and run until `stop` is called or `timeout` seconds have passed; then let the runs under way end."""
        setup()
        self.started_at, self.stopping = clock.now(), False
        names = ", ".join(sorted(task.name for task in self.tasks))
        log.info("Task worker started; it serves %s", names or "no task")
        deadline = None if timeout is None else clock.monotonic() + timeout
        pause, lookout = BUSY, Lookout(session().backend)
        try:
            while not self.stopping and (deadline is None or clock.monotonic() < deadline):
                pause = BUSY if self._claim() else min(pause * 1.5, IDLE)
                lookout.look()
                left = pause if deadline is None else min(pause, deadline - clock.monotonic())
                if self._wake.wait(max(left, 0.0)):
                    self._wake.clear()
        finally:
            self.started_at = None
            self._finish()
            log.info("Task worker stopped")

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
        self._wake.set()

    def _claim(self) -> int:
        """Take over waiting runs, as many as there is room for; returns how many."""
        room = MOST if self.limit is None else self.limit - self.current_tasks
        if room <= 0 or not self.task_keys:
            return 0
        here = session()
        request = ClaimTasks(
            task_keys=sorted(self.task_keys), lease=here.lease_request(), limit=min(room, MOST), id=new_id()
        )
        try:
            claimed = here.backend.call(TASK_RUN_CLAIM, request).items
        except SegueError as error:
            # The database may be away for a while; the worker outlives that, and says so once.
            log.log(logging.DEBUG if self._away else logging.WARNING, "no work could be claimed: %s", error)
            self._away = True
            return 0
        self._away = False
        for run, lease in claimed:
            thread = threading.Thread(target=self._live, args=(here, run, lease), name=f"segue-{run.name}")
            with self._guard:
                self._threads.add(thread)
                self.in_flight_task_runs[run.task_key][run.id] = clock.now()
            thread.start()
        return len(claimed)

    def _live(self, here: Session, run: TaskRun, lease: Lease) -> None:
        try:
            live(here, self._by_key[run.task_key], run, lease)
        except SegueError:
            log.exception("Task run %r could not be recorded to its end", run.name)
        finally:
            with self._guard:
                self._threads.discard(threading.current_thread())
                self.in_flight_task_runs[run.task_key].pop(run.id, None)
                self.finished_task_runs[run.task_key] += 1
            self._wake.set()

    def _finish(self) -> None:
        with self._guard:
            threads = list(self._threads)
        if threads:
            log.info("Waiting for %d run(s) under way", len(threads))
        for thread in threads:
            thread.join()


def _persisting(task: Task[Any, Any]) -> Task[Any, Any]:
    """The task with results that another process can read."""
    if task.cache_policy in (None, NO_CACHE, NotSet):
        return task.with_options(persist_result=True, cache_policy=DEFAULT)
    return task.with_options(persist_result=True)


def live(here: Session, task: Task[Any, Any], run: TaskRun, lease: Lease) -> None:
    """Live one claimed run under its lease, to its end."""
    stream = here.backend.stream(lease)
    here.pulse.hold(lease)
    life = TaskLife(
        id=run.id, spec=task.spec, name=run.name, parameters={}, stream=stream, flow=None, parent=None, state=run.state,
        tags=frozenset(run.tags), dynamic_key=run.dynamic_key,
    )  # fmt: skip
    try:
        try:
            inputs = inputs_of(run)
        except Exception as error:
            log.exception("The inputs of task run %r cannot be read", run.name)
            life.move(stamp.failed(f"The inputs of this run cannot be read: {error}", describe(error)))
            return
        life.move(stamp.pending())
        life.parameters = inputs.parameters
        life.inputs_ref = run.inputs_ref
        execute(Run(life, _call(task, inputs)))
    finally:
        try:
            stream.close()
        except StaleFence:
            log.warning("Task run %r was taken over by another process", run.name)
        here.pulse.release(lease)
        here.backend.call(LEASE_END, EndLease(id=lease.id, fence=lease.fence))


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
