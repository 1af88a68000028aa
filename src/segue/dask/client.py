"""Dask's own client within flows and tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
    runner = _runner()
    if timeout is None and not client_kwargs:
        yield runner.client
        return
    if timeout is not None:
        client_kwargs["timeout"] = timeout
    with distributed.Client(runner.client.scheduler.address, set_as_default=False, **client_kwargs) as client:
        yield client


@asynccontextmanager
async def get_async_dask_client(timeout: float | str | None = None, **client_kwargs: Any) -> AsyncIterator[Any]:
    """Give an asynchronous `distributed.Client` of that cluster; in a task its worker takes other work meanwhile."""
    if timeout is not None:
        client_kwargs["timeout"] = timeout
    options = {"asynchronous": True, "set_as_default": False, **client_kwargs}
    try:
        worker = distributed.get_worker()
    except ValueError:
        async with distributed.Client(_runner().client.scheduler.address, **options) as client:
            yield client
        return
    # Otherwise what is awaited could wait for the very thread that awaits it.
    distributed.secede()
    try:
        async with distributed.Client(worker.scheduler.address, **options) as client:
            yield client
    finally:
        distributed.rejoin()


def _runner() -> DaskTaskRunner:
    flow = current_flow.get()
    runner = flow.extra.get("task_runner") if flow is not None else None
    if not isinstance(runner, DaskTaskRunner) or runner.client is None:
        raise RuntimeError(
            "a client of Dask is for flows whose task runner is DaskTaskRunner, and for tasks of such flows"
        )
    return runner
