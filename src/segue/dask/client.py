"""Dask's own client within flows and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import distributed

from segue.dask.task_runners import DaskTaskRunner
from segue.engine.lives import current_flow


@contextmanager
def get_dask_client(timeout: float | str | None = None, **client_kwargs: Any) -> Iterator[Any]:
    """Give a `distributed.Client` of the cluster that the flow's tasks run on; in a task, that of its worker."""
    try:
        distributed.get_worker()
    except ValueError:
        pass
    else:
        with distributed.worker_client(**({} if timeout is None else {"timeout": timeout})) as client:
            yield client
        return
    flow = current_flow.get()
    runner = flow.extra.get("task_runner") if flow is not None else None
    if not isinstance(runner, DaskTaskRunner) or runner.client is None:
        raise RuntimeError(
            "get_dask_client() is for flows whose task runner is DaskTaskRunner, and for tasks of such flows"
        )
    if timeout is None and not client_kwargs:
        yield runner.client
        return
    if timeout is not None:
        client_kwargs["timeout"] = timeout
    with distributed.Client(runner.client.scheduler.address, set_as_default=False, **client_kwargs) as client:
        yield client
