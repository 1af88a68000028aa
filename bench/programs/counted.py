"""How many runs the database holds in each state, asked through the client."""

import json

from segue.client.orchestration import get_client
from segue.client.schemas.filters import FlowRunFilter, TaskRunFilter
from segue.client.schemas.objects import StateType

with get_client(sync_client=True) as client:
    found = {"task_runs": {}, "flow_runs": {}}
    for kind in StateType:
        state = {"type": {"any_": [kind.value]}}
        found["task_runs"][kind.value] = client.count_task_runs(task_run_filter=TaskRunFilter(state=state))
        found["flow_runs"][kind.value] = client.count_flow_runs(flow_run_filter=FlowRunFilter(state=state))
print(json.dumps({what: {state: count for state, count in states.items() if count} for what, states in found.items()}))
