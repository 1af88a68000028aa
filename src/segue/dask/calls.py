"""The worker's side: what the scheduler hands to a worker of Dask."""

from __future__ import annotations

import msgspec
from distributed import get_worker

from segue.engine.afar import CallStream, perform


def perform_here(body: bytes, *, topic: str, name: str, common: bytes) -> object:
    """Run one call of a task; what it says travels as events of the cluster, so that it comes in order and while it runs."""
    worker = get_worker()
    key = worker.get_current_task()

    def post(told: bytes) -> None:
        worker.log_event(topic, ["told", key, told])

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    stream = CallStream(post, wanted, str(worker.address))
    answer, value = perform(name, common, body, stream)
    worker.log_event(topic, ["answered", key, msgspec.msgpack.encode(answer)])
    return value
