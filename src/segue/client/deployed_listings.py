"""How deployments, work pools, work queues and workers are listed."""

from __future__ import annotations

import msgspec

from segue.client.schemas.deployments import Deployment
from segue.client.schemas.pools import Worker, WorkPool, WorkQueue
from segue.client.search import Ask, Listing
from segue.model import deployments, pools
from segue.wire.deployments import DEPLOYMENT_COUNT, DEPLOYMENT_LIST, DeploymentQuery
from segue.wire.pools import POOL_COUNT, POOL_LIST, QUEUE_LIST, WorkPoolQuery, WorkQueueQuery
from segue.wire.workers import WORKER_LIST, WorkerQuery


def _page(ask: Ask, *, sorted_by: bool = True) -> dict[str, object]:
    page: dict[str, object] = {**ask.wire, "limit": ask.limit, "after": ask.after, "offset": ask.offset}
    return {**page, "sort": ask.sort} if sorted_by else page


DEPLOYMENTS: Listing[deployments.Deployment, Deployment] = Listing(
    page=lambda backend, ask: backend.call(DEPLOYMENT_LIST, msgspec.convert(_page(ask), DeploymentQuery)),
    face=Deployment.of,
    columns={
        ("id", "any_"): "ids",
        ("name", "any_"): "names",
        ("name", "like_"): "name_like",
        ("tags", "all_"): "tags_all",
        ("tags", "any_"): "tags_any",
        ("work_queue_name", "any_"): "work_queue_names",
    },
    orders={"CREATED_DESC": "-created", "UPDATED_DESC": "-updated", "NAME_ASC": "name", "NAME_DESC": "-name"},
    keys={
        "CONCURRENCY_LIMIT_ASC": ("concurrency_limit", False),
        "CONCURRENCY_LIMIT_DESC": ("concurrency_limit", True),
    },
    count=lambda backend, wire: backend.call(DEPLOYMENT_COUNT, msgspec.convert(wire, DeploymentQuery)).count,
)
POOLS: Listing[pools.WorkPool, WorkPool] = Listing(
    page=lambda backend, ask: backend.call(POOL_LIST, msgspec.convert(_page(ask), WorkPoolQuery)),
    face=WorkPool.of,
    columns={("id", "any_"): "ids", ("name", "any_"): "names", ("type", "any_"): "types"},
    orders={"NAME_ASC": "name"},
    count=lambda backend, wire: backend.call(POOL_COUNT, msgspec.convert(wire, WorkPoolQuery)).count,
)
#: By pool and priority.
QUEUES: Listing[pools.WorkQueue, WorkQueue] = Listing(
    page=lambda backend, ask: backend.call(QUEUE_LIST, msgspec.convert(_page(ask, sorted_by=False), WorkQueueQuery)),
    face=WorkQueue.of,
    columns={("id", "any_"): "ids", ("name", "any_"): "names"},
    orders={"PRIORITY_ASC": "priority"},
)
#: By pool and name.
WORKERS: Listing[pools.Worker, Worker] = Listing(
    page=lambda backend, ask: backend.call(WORKER_LIST, msgspec.convert(_page(ask, sorted_by=False), WorkerQuery)),
    face=Worker.of,
    columns={},
    orders={"NAME_ASC": "name"},
)
