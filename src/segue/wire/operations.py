"""The operations on runs and what they leave behind: what an engine needs to run flows.

Rows of other nouns stand beside their requests, one file a noun; `wire/table.py` puts all of them together.
"""

from __future__ import annotations

from segue.model.runs import Flow, FlowRun, TaskRun
from segue.model.things import Artifact, RunInput, Variable
from segue.wire import queries
from segue.wire import requests as q
from segue.wire.operation import Access, Durability, Operation

R, RUN, E, ADM = Access.READ, Access.RUN, Access.EDIT, Access.ADMIN
READ, SOON, NOW = Durability.READ, Durability.SOON, Durability.NOW

FLOW_RUN_CREATE = Operation("flow-runs.create", "POST", "/flow-runs", q.NewFlowRun, q.Grant, RUN, NOW)
FLOW_RUN_CLAIM = Operation("flow-runs.claim", "POST", "/flow-runs/{id}/claim", q.Claim, q.Grant, RUN, NOW)
FLOW_RUN_PROPOSE = Operation("flow-runs.propose", "POST", "/flow-runs/{id}/propose", q.Proposal, q.Verdict, RUN, NOW)
FLOW_RUN_EDIT = Operation("flow-runs.edit", "PATCH", "/flow-runs/{id}", q.FlowRunEdit, FlowRun, E, NOW)
FLOW_RUN_READ = Operation("flow-runs.read", "GET", "/flow-runs/{id}", q.ById, FlowRun, R, READ)
FLOW_RUN_LIST = Operation(
    "flow-runs.list", "POST", "/flow-runs/list", queries.RunQuery, queries.FlowRuns, R, READ, get="/flow-runs"
)
FLOW_RUN_COUNT = Operation(
    "flow-runs.count", "POST", "/flow-runs/count", queries.RunFilter, queries.Count, R, READ, get="/flow-runs/count"
)
FLOW_RUN_HISTORY = Operation("flow-runs.history", "GET", "/flow-runs/{id}/states", q.ById, queries.History, R, READ)
FLOW_RUN_DELETE = Operation("flow-runs.delete", "DELETE", "/flow-runs/{id}", q.ById, q.Nothing, E, NOW)

TASK_RUN_READ = Operation("task-runs.read", "GET", "/task-runs/{id}", q.ById, TaskRun, R, READ)
TASK_RUN_LIST = Operation(
    "task-runs.list", "POST", "/task-runs/list", queries.RunQuery, queries.TaskRuns, R, READ, get="/task-runs"
)
TASK_RUN_COUNT = Operation(
    "task-runs.count", "POST", "/task-runs/count", queries.RunFilter, queries.Count, R, READ, get="/task-runs/count"
)
TASK_RUN_HISTORY = Operation("task-runs.history", "GET", "/task-runs/{id}/states", q.ById, queries.History, R, READ)
TASK_RUN_PROPOSE = Operation(
    "task-runs.propose", "POST", "/task-runs/{id}/propose", q.TaskProposal, q.Verdict, RUN, NOW
)
TASK_RUN_EDIT = Operation("task-runs.edit", "PATCH", "/task-runs/{id}", q.TaskRunEdit, TaskRun, E, NOW)
TASK_RUN_DELETE = Operation("task-runs.delete", "DELETE", "/task-runs/{id}", q.ById, q.Nothing, E, NOW)
TASK_RUN_ENQUEUE = Operation("task-runs.enqueue", "POST", "/task-runs/enqueue", q.Enqueue, TaskRun, RUN, NOW)
TASK_RUN_CLAIM = Operation(
    "task-runs.claim", "POST", "/task-runs/claim", q.ClaimTasks, q.ClaimedTasks, RUN, NOW, waits=True
)

RECORDS_APPEND = Operation("records.append", "POST", "/records", q.Batch, q.Applied, RUN, NOW)
LEASE_TAKE = Operation("leases.take", "POST", "/leases", q.TakeLease, q.Lease, RUN, NOW)
LEASE_RENEW = Operation("leases.renew", "POST", "/leases/renew", q.Renewal, q.RenewalAnswer, RUN, NOW)
LEASE_END = Operation("leases.end", "POST", "/leases/{id}/end", q.EndLease, q.Nothing, RUN, SOON)
LEASE_LIST = Operation("leases.list", "GET", "/leases", q.Nothing, q.OpenLeases, R, READ)

FLOW_CREATE = Operation("flows.create", "POST", "/flows", q.NewFlow, Flow, RUN, NOW)
FLOW_READ = Operation("flows.read", "GET", "/flows/{id}", q.ById, Flow, R, READ)
FLOW_LIST = Operation("flows.list", "POST", "/flows/list", queries.FlowQuery, queries.Flows, R, READ, get="/flows")
FLOW_COUNT = Operation(
    "flows.count", "POST", "/flows/count", queries.FlowQuery, queries.Count, R, READ, get="/flows/count"
)
FLOW_LAST_RUNS = Operation("flows.last-runs", "POST", "/flows/last-runs", queries.LastRuns, queries.FlowRuns, R, READ)
FLOW_DELETE = Operation("flows.delete", "DELETE", "/flows/{id}", q.ById, q.Nothing, E, NOW)

LOG_LIST = Operation("logs.list", "POST", "/logs/list", queries.LogQuery, queries.Logs, R, READ, get="/logs")
LOG_COUNT = Operation("logs.count", "POST", "/logs/count", queries.LogQuery, queries.Count, R, READ, get="/logs/count")

ARTIFACT_PUT = Operation("artifacts.put", "POST", "/artifacts", queries.NewArtifact, Artifact, RUN, NOW)
ARTIFACT_READ = Operation("artifacts.read", "GET", "/artifacts/{id}", q.ById, Artifact, R, READ)
ARTIFACT_LIST = Operation(
    "artifacts.list", "POST", "/artifacts/list", queries.ArtifactQuery, queries.Artifacts, R, READ, get="/artifacts"
)
ARTIFACT_COUNT = Operation(
    "artifacts.count", "POST", "/artifacts/count", queries.ArtifactQuery, queries.Count, R, READ, get="/artifacts/count"
)
ARTIFACT_DELETE = Operation("artifacts.delete", "DELETE", "/artifacts/{id}", q.ById, q.Nothing, E, NOW)

VARIABLE_SET = Operation("variables.set", "POST", "/variables", q.SetVariable, Variable, E, NOW)
VARIABLE_READ = Operation("variables.read", "GET", "/variables/{name}", q.ByName, Variable, R, READ)
VARIABLE_EDIT = Operation("variables.edit", "PATCH", "/variables/{name}", q.VariableEdit, Variable, E, NOW)
VARIABLE_LIST = Operation(
    "variables.list", "POST", "/variables/list", q.VariableQuery, q.Variables, R, READ, get="/variables"
)
VARIABLE_COUNT = Operation("variables.count", "POST", "/variables/count", q.VariableQuery, queries.Count, R, READ)
VARIABLE_DELETE = Operation("variables.delete", "DELETE", "/variables/{name}", q.ByName, q.Nothing, E, NOW)

INPUT_PUT = Operation("inputs.put", "POST", "/flow-runs/{flow_run_id}/inputs", q.PutInput, RunInput, RUN, NOW)
INPUT_LIST = Operation(
    "inputs.list",
    "POST",
    "/flow-runs/{flow_run_id}/inputs/list",
    q.InputQuery,
    q.Inputs,
    R,
    READ,
    get="/flow-runs/{flow_run_id}/inputs",
)
INPUT_DELETE = Operation(
    "inputs.delete", "DELETE", "/flow-runs/{flow_run_id}/inputs/{key}", q.InputKey, q.Nothing, RUN, NOW
)

UPKEEP_REAP = Operation("upkeep.reap", "POST", "/upkeep/reap", q.Reap, q.Reaped, ADM, NOW)
UPKEEP_PRUNE = Operation("upkeep.prune", "POST", "/upkeep/prune", q.Prune, q.PrunedSlice, ADM, NOW)
UPKEEP_PRUNABLE = Operation("upkeep.prunable", "POST", "/upkeep/prunable", q.Prune, q.Pruned, ADM, READ)
UPKEEP_TIDINESS = Operation("upkeep.tidiness", "GET", "/upkeep/tidiness", q.Nothing, q.TidinessRead, R, READ)
UPKEEP_TIDY_CLAIM = Operation(
    "upkeep.tidy-claim", "POST", "/upkeep/tidiness/claim", q.ClaimTidying, q.TidyingClaim, ADM, NOW
)
UPKEEP_TIDY = Operation("upkeep.tidy", "POST", "/upkeep/tidiness/slice", q.Tidy, q.PrunedSlice, ADM, NOW)
UPKEEP_STATS = Operation("upkeep.stats", "GET", "/upkeep/stats", q.Nothing, q.Stats, R, READ)
