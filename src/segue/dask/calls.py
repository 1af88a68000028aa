"""The worker's side: what the scheduler hands to a worker of Dask."""

from __future__ import annotations

from importlib.util import find_spec

import msgspec
from distributed import get_worker

from segue.engine.afar import CallStream, perform


def can_draw() -> bool:
    """Say whether reports can be drawn here; asked of the scheduler, which draws them."""
    return find_spec("bokeh") is not None


def perform_here(body: bytes, *values: object, topic: str, name: str, common: bytes) -> object:
    """Run one call of a task, which refers to `values`.

    What it says travels as events of the cluster, so that it comes in order and while it runs.
    """
    worker = get_worker()
    key = worker.get_current_task()

    def post(told: bytes) -> None:
        worker.log_event(topic, ["told", key, told])

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    stream = CallStream(post, wanted, str(worker.address))
    answer, value = perform(name, common, body, stream, values)
    worker.log_event(topic, ["answered", key, msgspec.msgpack.encode(answer)])
    return value
