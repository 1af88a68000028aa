"""Print everything that is recorded, without what differs from run to run."""

import json
from uuid import UUID

from segue.client import get_client
from segue.client.schemas.sorting import FlowRunSort, TaskRunSort

NONE = UUID(int=0)

with get_client(sync_client=True) as client:
    flows = {flow.id: flow.name for flow in client.read_flows()}
    runs = client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_ASC)
    names = {run.id: run.name for run in runs}
    tasks = client.read_task_runs(sort=TaskRunSort.EXPECTED_START_TIME_DESC)
    known = {task.id: task.name for task in tasks}
    told = {
        "runs": sorted(
            [
                run.name, flows.get(run.flow_id or run.id), [state.name for state in client.read_flow_run_states(run.id)],
                run.state and run.state.message, run.run_count, sorted(run.tags), sorted(run.parameters),
                known.get(run.parent_task_run_id or run.id),
            ]
            for run in runs
        ),
        "tasks": sorted(
            [
                str(names.get(task.flow_run_id or task.id)), task.name, task.task_key.rpartition("-")[0],
                [state.name for state in client.read_task_run_states(task.id)], task.run_count, sorted(task.tags),
                sorted(task.task_inputs or {}),
            ]
            for task in tasks
        ),
        "logs": sorted(
            [str(names.get(line.flow_run_id or NONE)), str(known.get(line.task_run_id or NONE)), line.level, line.message]
            for line in client.read_logs()
        ),
        "artifacts": sorted([str(each.key), str(each.type), json.dumps(each.data)] for each in client.read_artifacts()),
        "variables": sorted([each.name, json.dumps(each.value)] for each in client.read_variables()),
    }  # fmt: skip
print(json.dumps(told))
