"""Which handler does which operation."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from segue.service import (
    artifacts,
    batches,
    claims,
    edits,
    flow_runs,
    inputs,
    leases,
    lists,
    pruned,
    pruning,
    task_runs,
    tidying,
    upkeep,
    variables,
)
from segue.service.pairing import Handler, pair
from segue.store.session import Session
from segue.wire import operations as op
from segue.wire.operation import Operation

Q = TypeVar("Q")
A = TypeVar("A")

HANDLERS: Mapping[str, Handler] = dict(
    (
        pair(op.FLOW_RUN_CREATE, flow_runs.create),
        pair(op.FLOW_RUN_CLAIM, claims.claim),
        pair(op.FLOW_RUN_EDIT, edits.edit_flow_run),
        pair(op.FLOW_RUN_DELETE, edits.delete_flow_run),
        pair(op.FLOW_RUN_PROPOSE, flow_runs.propose),
        pair(op.FLOW_RUN_READ, flow_runs.read),
        pair(op.FLOW_RUN_LIST, lists.flow_runs),
        pair(op.FLOW_RUN_COUNT, lists.count_flow_runs),
        pair(op.FLOW_RUN_HISTORY, flow_runs.history),
        pair(op.TASK_RUN_READ, task_runs.read),
        pair(op.TASK_RUN_LIST, lists.task_runs),
        pair(op.TASK_RUN_COUNT, lists.count_task_runs),
        pair(op.TASK_RUN_HISTORY, task_runs.history),
        pair(op.TASK_RUN_PROPOSE, task_runs.propose),
        pair(op.TASK_RUN_EDIT, edits.edit_task_run),
        pair(op.TASK_RUN_DELETE, edits.delete_task_run),
        pair(op.RECORDS_APPEND, batches.append),
        pair(op.LEASE_TAKE, leases.take),
        pair(op.LEASE_RENEW, leases.renew),
        pair(op.LEASE_END, leases.end),
        pair(op.LEASE_LIST, leases.list_open),
        pair(op.FLOW_CREATE, edits.create_flow),
        pair(op.FLOW_READ, edits.read_flow),
        pair(op.FLOW_DELETE, edits.delete_flow),
        pair(op.FLOW_LIST, lists.flows),
        pair(op.FLOW_COUNT, lists.count_flows),
        pair(op.FLOW_LAST_RUNS, lists.last_runs),
        pair(op.LOG_LIST, lists.logs),
        pair(op.LOG_COUNT, lists.count_logs),
        pair(op.ARTIFACT_PUT, artifacts.put),
        pair(op.ARTIFACT_READ, artifacts.read),
        pair(op.ARTIFACT_LIST, artifacts.list_page),
        pair(op.ARTIFACT_COUNT, artifacts.count_all),
        pair(op.ARTIFACT_DELETE, artifacts.delete),
        pair(op.VARIABLE_SET, variables.put),
        pair(op.VARIABLE_READ, variables.read),
        pair(op.VARIABLE_EDIT, variables.edit),
        pair(op.VARIABLE_LIST, variables.list_page),
        pair(op.VARIABLE_COUNT, variables.count_all),
        pair(op.VARIABLE_DELETE, variables.delete),
        pair(op.INPUT_PUT, inputs.put),
        pair(op.INPUT_LIST, inputs.list_page),
        pair(op.INPUT_DELETE, inputs.delete),
        pair(op.UPKEEP_REAP, upkeep.reap),
        pair(op.UPKEEP_PRUNE, pruned.prune_and_tell),
        pair(op.UPKEEP_PRUNABLE, pruning.prunable),
        pair(op.UPKEEP_TIDINESS, tidying.read),
        pair(op.UPKEEP_TIDY_CLAIM, tidying.claim),
        pair(op.UPKEEP_TIDY, tidying.tidy),
        pair(op.UPKEEP_STATS, upkeep.stats),
    )
)


#: Nouns that not every process needs: their module, which has `HANDLERS` of its own, is loaded at the first call.
ELSEWHERE: Mapping[str, str] = {
    "automation-firings": "segue.service.automations",
    "automations": "segue.service.automations",
    "block-documents": "segue.service.block_documents",
    "block-schemas": "segue.service.block_types",
    "block-types": "segue.service.block_types",
    "concurrency-limits": "segue.service.slots",
    "database": "segue.service.database",
    "deliveries": "segue.service.deliveries",
    "deployments": "segue.service.deployments",
    "discarded": "segue.service.discarded",
    "evaluator": "segue.service.evaluator",
    "events": "segue.service.events",
    "figures": "segue.service.figures",
    "flow-run-states": "segue.service.recording",
    "kept-deployments": "segue.service.keeping",
    "late-runs": "segue.service.late",
    "keys": "segue.service.keys",
    "pauses": "segue.service.pauses",
    "firings": "segue.service.schedules",
    "saved-views": "segue.service.saved_views",
    "schedules": "segue.service.schedules",
    "secret-keys": "segue.service.secret_keys",
    "leases": "segue.service.hearing",
    "login-codes": "segue.service.login_codes",
    "sign-ins": "segue.service.sign_ins",
    "users": "segue.service.accounts",
    "waits": "segue.service.waits",
    "workers": "segue.service.workers",
    "work-pools": "segue.service.pools",
    "work-queues": "segue.service.pools",
}


#: Operations that another module does than the rest of their noun.
APART: Mapping[str, str] = {
    "deployments.activity": "segue.service.activity",
    "work-pools.activity": "segue.service.activity",
    "automations.activity": "segue.service.activity",
    "work-pools.types": "segue.service.activity",
    "automations.explain": "segue.service.explaining",
    "automations.test": "segue.service.explaining",
    "deployments.create-flow-run": "segue.service.deployed_runs",
    "deployments.create-flow-runs": "segue.service.deployed_runs",
    "events.over-time": "segue.service.history",
    "logs.tell": "segue.service.recording",
    "task-runs.create": "segue.service.recording",
    "task-runs.claim": "segue.service.background",
    "task-runs.ended": "segue.service.background",
    "task-runs.enqueue": "segue.service.background",
    "task-runs.enqueue-many": "segue.service.background",
    "task-runs.withdraw": "segue.service.background",
    "flow-runs.cancel-many": "segue.service.bulk",
    "flow-runs.delete-many": "segue.service.bulk",
    "flow-runs.redo": "segue.service.redoing",
    "flow-runs.retry-many": "segue.service.bulk",
    "flow-runs.retry-preview": "segue.service.redoing",
    "flow-runs.set-many": "segue.service.bulk",
    "flow-runs.over-time": "segue.service.history",
    "schedules.due": "segue.service.firing",
    "schedules.tend": "segue.service.firing",
    "task-runs.over-time": "segue.service.history",
}


def handler_for(operation: Operation[Q, A], request: Q) -> Callable[[Session, Q], A]:
    """Return the handler for a request, once what is slow about it is done."""
    if not operation.slow:
        return handler_of(operation)
    module = importlib.import_module(ELSEWHERE[operation.name.partition(".")[0]])
    return cast("Callable[[Session, Q], A]", module.SLOW[operation.name](request))


def handler_of(operation: Operation[Q, A]) -> Callable[[Session, Q], A]:
    """Return the handler of an operation."""
    found = HANDLERS.get(operation.name)
    if found is None:
        module = APART.get(operation.name) or ELSEWHERE[operation.name.partition(".")[0]]
        found = importlib.import_module(module).HANDLERS[operation.name]
    return cast("Callable[[Session, Q], A]", found)
