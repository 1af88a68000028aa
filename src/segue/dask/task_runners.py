"""The task runner of Dask: a temporary cluster, one of the user's making, or one that runs already."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Self

import dask
import distributed

from segue.cluster_runner import Call, ClusterTaskRunner
from segue.dask.calls import can_draw, perform_here
from segue.engine.asks import ProcessLost, WorkerLost
from segue.host.ids import new_id

#: Calls handed over at once.
CHUNK = 2000


class DaskTaskRunner(ClusterTaskRunner):
    """Runs tasks on a Dask cluster: a temporary one of this machine, unless `address`, `cluster` or `cluster_class` says otherwise.

    `cluster_class` is called with `cluster_kwargs` (a class, a function, or its import path); `adapt_kwargs` are for the cluster's
    `adapt`, `client_kwargs` for the `distributed.Client`. Dask's report of where the time went is written to
    `performance_report_path` (a file, or a URL that fsspec can write to) at the end; its scheduler needs `bokeh` for that.
    """

    def __init__(
        self,
        cluster: Any = None,
        address: str | None = None,
        cluster_class: str | Callable[..., Any] | None = None,
        cluster_kwargs: dict[str, Any] | None = None,
        adapt_kwargs: dict[str, Any] | None = None,
        client_kwargs: dict[str, Any] | None = None,
        performance_report_path: str | None = None,
    ) -> None:
        super().__init__()
        _check(cluster, address, cluster_class, cluster_kwargs, adapt_kwargs)
        self.cluster = cluster
        self.address = address
        self.cluster_class = cluster_class
        self.cluster_kwargs = dict(cluster_kwargs or {})
        self.adapt_kwargs = dict(adapt_kwargs or {})
        self.client_kwargs = dict(client_kwargs or {})
        self.performance_report_path = performance_report_path
        #: The client, while the runner is in use.
        self.client: Any = None
        self._report: Any = None
        self._stack = ExitStack()
        self._topic = ""

    def duplicate(self) -> Self:
        """Return a fresh runner with the same configuration."""
        return type(self)(*self._configuration())

    def __reduce__(self) -> tuple[Any, ...]:
        # A cluster object stays where it is; elsewhere it is known by its address.
        _, address, *rest = self._configuration()
        if self.cluster is not None:
            address = self.cluster.scheduler_address
        return type(self), (None, address, *rest)

    def _configuration(self) -> tuple[Any, ...]:
        return (
            self.cluster, self.address, self.cluster_class, self.cluster_kwargs, self.adapt_kwargs, self.client_kwargs,
            self.performance_report_path,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DaskTaskRunner) and self._configuration() == other._configuration()

    __hash__ = None  # type: ignore[assignment]

    def open(self) -> None:
        """Reach the cluster, or start one; raises when there is none."""
        if self.performance_report_path is not None:
            _check_folder(str(self.performance_report_path))
        with ExitStack() as stack:
            at: Any = self.cluster or self.address or stack.enter_context(self._temporary())
            if self.adapt_kwargs:
                at.adapt(**self.adapt_kwargs)
            self.client = stack.enter_context(distributed.Client(at, **{"set_as_default": False, **self.client_kwargs}))
            if self.performance_report_path is not None:
                self._report = self._begin_report(str(self.performance_report_path))
            self._topic = f"segue-{new_id()}"
            self.client.subscribe_topic(self._topic, self._on_event)
            self._stack = stack.pop_all()
        self.dashboard = self.client.dashboard_link or None
        at = self.dashboard or "none"
        self.say(logging.INFO, "Tasks run on the Dask cluster at %s; dashboard: %s", self._place(), at)

    def _place(self) -> str:
        return str(self.client.scheduler.address)

    def _temporary(self) -> Any:
        make: Any = self.cluster_class or distributed.LocalCluster
        if isinstance(make, str):
            module, _, name = make.rpartition(".")
            make = getattr(importlib.import_module(module), name)
        # A lost worker's task is for its retries to begin again, and for nobody else.
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            return make(**self.cluster_kwargs)

    def _begin_report(self, path: str) -> Any:
        if not self.client.run_on_scheduler(can_draw):
            raise ModuleNotFoundError(
                "`performance_report_path`: Dask draws its report, and its dashboard, by bokeh, which is not installed "
                f"where its scheduler runs ({self._place()}): pip install bokeh"
            )
        report = distributed.performance_report(path)
        with self.client.as_current():
            report.__enter__()
        return report

    def _end_report(self) -> None:
        """Write the report; a flow whose work is done does not fail for want of it."""
        report, self._report = self._report, None
        if report is None:
            return
        try:
            with self.client.as_current():
                report.__exit__(None, None, None)
        except Exception as error:  # noqa: BLE001 - whatever the cluster or the file system has to say
            path = self.performance_report_path
            self.say(logging.WARNING, "Dask's performance report was not written to %s: %s", path, error)
        else:
            self.say(logging.INFO, "Dask's performance report is in %s", self.performance_report_path)

    def close(self) -> None:
        """Let go of the cluster, and stop it where it was started here."""
        self._end_report()
        client, self.client = self.client, None
        if client is not None and client.status == "running":
            client.unsubscribe_topic(self._topic)
        self._stack.close()

    def options(self) -> dict[str, Any]:
        """Return the Dask annotations in force."""
        return dict(dask.get_annotations())

    def send(self, calls: list[Call]) -> None:
        """Hand calls to the scheduler, those of one task together."""
        groups: dict[str, list[Call]] = {}
        for call in calls:
            groups.setdefault(f"{call.common.name} {sorted(call.options.items())!r}", []).append(call)
        for group in groups.values():
            for start in range(0, len(group), CHUNK):
                self._send(group[start : start + CHUNK])

    def _send(self, calls: list[Call]) -> None:
        common, options = calls[0].common, calls[0].options
        if common.sent is None:
            # The result of a task, which is computed anew where it gets lost, as a value that was scattered would not be.
            common.sent = self.client.submit(bytes, common.data, key=f"segue-common-{common.name}", pure=False)
        same = {"pure": False, "topic": self._topic, "name": common.name, "common": common.sent}
        together = [call for call in calls if not call.values]
        with dask.annotate(**options):
            if together:
                bodies, ids = [call.body for call in together], [call.id for call in together]
                for call, future in zip(together, self.client.map(perform_here, bodies, key=ids, **same), strict=True):
                    call.handle = future
            for call in calls:
                if call.values:
                    # Futures among the arguments: their values go from worker to worker.
                    call.handle = self.client.submit(perform_here, call.body, *call.values, key=call.id, **same)
        for call in calls:
            # A large value is what its own worker keeps of it.
            call.value = call.handle
            call.handle.add_done_callback(self._on_done)

    def _on_event(self, event: tuple[float, Any]) -> None:
        kind, id, body = event[1]
        if kind == "told":
            self.heard([(id, body)])
        else:
            self.answered(id, body)

    def _on_done(self, future: Any) -> None:
        """The scheduler is done with a call: what went well was or is told by the worker."""
        if future.status == "error":
            error = future.exception()
            if isinstance(error, distributed.KilledWorker):
                self.lost(future.key, WorkerLost(f"the worker that ran the task was lost: {error.last_worker.address}"))
            else:
                self.lost(future.key, error)
        elif future.status in {"lost", "cancelled"}:
            self.lost(future.key, ProcessLost(f"the Dask scheduler or its data is gone (future {future.status})"))

    def drop(self, calls: list[Call]) -> None:
        """Give calls up: what has not begun does not begin, and what has is stopped."""
        futures = [call.handle for call in calls if call.handle is not None]
        if futures and self.client is not None and self.client.status == "running":
            self.client.loop.add_callback(partial(self.client.cancel, futures, asynchronous=True, force=True))

    def forget(self, call: Call) -> None:
        """The call is over: the scheduler may forget its future."""
        call.handle = call.value = None

    def fetch(self, value: Any) -> object:
        """Return a value that the cluster keeps; raises why it cannot be had."""
        return value.result()


def _check_folder(path: str) -> None:
    """Refuse at once what could only fail when the work is done."""
    if "://" in path:
        return
    if not (folder := Path(path).parent).is_dir():
        raise FileNotFoundError(f"`performance_report_path`: there is no folder {str(folder)!r} to write {path!r} in")


def _check(cluster: Any, address: Any, cluster_class: Any, cluster_kwargs: Any, adapt_kwargs: Any) -> None:
    if address is not None and (cluster or cluster_class or cluster_kwargs or adapt_kwargs):
        raise ValueError(
            "`address` names a cluster that runs already: give neither `cluster`, `cluster_class`, `cluster_kwargs` nor "
            "`adapt_kwargs` with it"
        )
    if cluster is not None and (cluster_class or cluster_kwargs):
        raise ValueError(
            "`cluster` is a cluster that was made already: give neither `cluster_class` nor `cluster_kwargs` with it"
        )
