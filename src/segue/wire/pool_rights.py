"""What a key that is confined to work pools may call, and what of each request must be of these pools.

What is not named here it may not call: the feed of events, the live stream and whatever else is about all pools at once.
"""

from __future__ import annotations

from enum import Enum


class Within(Enum):
    """What of a request must be of the pools."""

    #: Nothing: the same for everybody, and about no pool.
    SHARED = "shared"
    #: The pool that it names, as its `name`, or as its `work_pool_name`.
    POOL = "pool"
    OF_POOL = "of-pool"
    #: The pools that it asks for: it is told of no others.
    POOLS = "pools"
    OF_POOLS = "of-pools"
    #: The same for runs, in its filter, or where the request is one.
    RUNS = "runs"
    RUN_FILTER = "run-filter"
    #: The flow run, the flow run of the task run, or those that it names.
    FLOW_RUN = "flow-run"
    OF_FLOW_RUN = "of-flow-run"
    TASK_RUN = "task-run"
    FLOW_RUNS = "flow-runs"
    RUNS_OF_LEASES = "runs-of-leases"
    #: The flow run, and the task run from which it is to be done again, if one is chosen.
    REDONE = "redone"
    #: The runs whose leases it names, and the worker that asks.
    LEASES = "leases"
    LISTENER = "listener"
    #: The run whose records they are, and whatever these are about.
    BATCH = "batch"
    #: The pool, the worker that asks, and the runs that the same request was given before.
    CLAIM = "claim"
    #: A run or a task run to be made: what it is part of, and what was made before under its id or its key.
    NEW_RUN = "new-run"
    NEW_TASK_RUN = "new-task-run"
    #: The same for runs of a deployment, which itself must be of the pools.
    RUN_OF_DEPLOYMENT = "run-of-deployment"
    RUNS_OF_DEPLOYMENT = "runs-of-deployment"
    #: The deployment, by id, by name, as it is to be, and as it is.
    DEPLOYMENT = "deployment"
    OF_DEPLOYMENT = "of-deployment"
    NAMED_DEPLOYMENT = "named-deployment"
    NEW_DEPLOYMENT = "new-deployment"
    EDITED_DEPLOYMENT = "edited-deployment"


POOL_MAY: dict[str, Within] = {
    "server.facts": Within.SHARED,
    "work-pools.types": Within.SHARED,
    "schedules.preview": Within.SHARED,
    # What flows are written with, everywhere.
    "variables.read": Within.SHARED,
    "block-types.read": Within.SHARED,
    "block-schemas.read": Within.SHARED,
    "block-schemas.list": Within.SHARED,
    "block-documents.read": Within.SHARED,
    "block-documents.read-named": Within.SHARED,
    "block-documents.reveal": Within.SHARED,
    "work-pools.read": Within.POOL,
    "work-pools.list": Within.POOLS,
    "work-pools.count": Within.POOLS,
    "work-queues.read": Within.OF_POOL,
    "work-queues.list": Within.OF_POOLS,
    "workers.beat": Within.OF_POOL,
    "workers.claim": Within.CLAIM,
    "workers.leave": Within.OF_POOL,
    "workers.read": Within.OF_POOL,
    "workers.list": Within.OF_POOLS,
    "flow-runs.read": Within.FLOW_RUN,
    "flow-runs.history": Within.FLOW_RUN,
    "flow-runs.list": Within.RUNS,
    "flow-runs.count": Within.RUN_FILTER,
    "flow-runs.over-time": Within.RUNS,
    "flow-runs.claim": Within.REDONE,
    "flow-runs.redo": Within.FLOW_RUN,
    "flow-runs.retry-preview": Within.REDONE,
    "flow-runs.propose": Within.FLOW_RUN,
    "waits.flow-run": Within.FLOW_RUN,
    "waits.task-run": Within.TASK_RUN,
    "task-runs.read": Within.TASK_RUN,
    "task-runs.history": Within.TASK_RUN,
    "task-runs.list": Within.RUNS_OF_LEASES,
    "logs.list": Within.FLOW_RUNS,
    "logs.count": Within.FLOW_RUNS,
    "artifacts.list": Within.FLOW_RUNS,
    "artifacts.count": Within.FLOW_RUNS,
    "inputs.list": Within.OF_FLOW_RUN,
    "leases.renew": Within.LEASES,
    "leases.end": Within.FLOW_RUN,
    "leases.listen": Within.LISTENER,
    "records.append": Within.BATCH,
    "deployments.read": Within.DEPLOYMENT,
    "deployments.versions": Within.DEPLOYMENT,
    "deployments.version": Within.DEPLOYMENT,
    "deployments.read-named": Within.NAMED_DEPLOYMENT,
    "deployments.list": Within.OF_POOLS,
    "deployments.count": Within.OF_POOLS,
    "deployments.put": Within.NEW_DEPLOYMENT,
    "deployments.edit": Within.EDITED_DEPLOYMENT,
    "deployments.create-flow-run": Within.RUN_OF_DEPLOYMENT,
    "deployments.create-flow-runs": Within.RUNS_OF_DEPLOYMENT,
    "schedules.list": Within.OF_DEPLOYMENT,
    "schedules.create": Within.OF_DEPLOYMENT,
    "schedules.clear": Within.OF_DEPLOYMENT,
}

#: What a run that such a key began must keep to besides, where it asks for what its key may not.
RUN_WITHIN: dict[str, Within] = {
    "flow-runs.create": Within.NEW_RUN,
    "task-runs.create": Within.NEW_TASK_RUN,
    "inputs.put": Within.OF_FLOW_RUN,
}
