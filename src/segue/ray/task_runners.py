"""The task runner of Ray: a cluster of this machine for as long as the flow runs, or one that runs already."""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from typing import Any, Self

import ray
from ray.exceptions import (
    GetTimeoutError,
    NodeDiedError,
    ObjectLostError,
    OutOfMemoryError,
    RayActorError,
    RayTaskError,
    TaskCancelledError,
    WorkerCrashedError,
)  # fmt: skip

from segue.cluster_runner import Call, ClusterTaskRunner
from segue.engine.asks import Outcome, ProcessLost, Returned, WorkerLost
from segue.ray.calls import Mailbox, perform_here
from segue.ray.context import current_options

log = logging.getLogger("segue.flow_runs")

#: Seconds between two looks whether the runner is being closed.
_LOOK_SECONDS = 0.5


class RayTaskRunner(ClusterTaskRunner):
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
        context = ray.init(**where, **self.init_kwargs) if self._owned else ray.init(ignore_reinit_error=True)
        self._mailbox = ray.remote(Mailbox).options(num_cpus=0, max_concurrency=1000).remote()
        self._closing = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="segue-mailbox", daemon=True)
        self._listener.start()
        self.dashboard = f"http://{context.dashboard_url}" if context.dashboard_url else None
        log.info(
            "Tasks run on the Ray cluster at %s; dashboard: %s",
            context.address_info["gcs_address"], self.dashboard or "none",
        )  # fmt: skip

    def close(self) -> None:
        """Let go of the cluster, and stop it where it was started here."""
        self._closing.set()
        if self._mailbox is not None:
            ray.kill(self._mailbox)
        if self._listener is not None:
            self._listener.join()
        self._mailbox = self._listener = None
        if self._owned:
            self._owned = False
            ray.shutdown()

    def _listen(self) -> None:
        """Take what workers say about running calls."""
        taking = None
        while not self._closing.is_set():
            try:
                taking = taking or self._mailbox.take.remote()
                self.heard(ray.get(taking, timeout=_LOOK_SECONDS))
                taking = None
            except GetTimeoutError:
                continue
            except RayActorError:
                return

    def options(self) -> dict[str, Any]:
        """Return the options of Ray in force."""
        return current_options()

    def send(self, calls: list[Call]) -> None:
        """Hand calls to the cluster."""
        remote: dict[str, Any] = {}
        for call in calls:
            if call.common.sent is None:
                call.common.sent = ray.put(call.common.data)
            kind = repr(sorted(call.options.items()))
            if kind not in remote:
                # A lost worker's task is for its retries to begin again, and for nobody else.
                options = {"num_returns": 2, "max_retries": 0, **call.options}
                remote[kind] = ray.remote(**options)(perform_here)
            answer, value = (
                remote[kind]
                .options(name=call.life.name)
                .remote(call.id, call.common.name, call.common.sent, call.body, self._mailbox)
            )
            call.handle = (answer, value)
            answer.future().add_done_callback(partial(self._on_done, call.id))

    def _on_done(self, id: str, done: Any) -> None:
        error = done.exception()
        match error:
            case None:
                self.answered(id, done.result())
            case WorkerCrashedError() | NodeDiedError() | OutOfMemoryError() | ObjectLostError():
                self.lost(id, WorkerLost(f"the worker that ran the task was lost: {_first_line(error)}"))
            case RayTaskError() | TaskCancelledError():
                self.lost(id, error)
            case _:
                self.lost(id, ProcessLost(f"the Ray cluster gave no answer: {_first_line(error)}"))

    def drop(self, calls: list[Call]) -> None:
        """Give calls up: what has not begun does not begin, and what has is stopped."""
        for call in calls:
            if call.handle is not None:
                ray.cancel(call.handle[0], force=True)

    def forget(self, call: Call) -> None:
        """The call is over: the cluster may forget its value."""
        call.handle = None

    def kept(self, call: Call) -> Outcome:
        """Return the outcome whose value stayed in the cluster."""
        return Returned(ray.get(call.handle[1]))


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
