from datetime import datetime, timedelta, timezone

from segue import flow, get_client, tags
from segue.client.schemas.filters import FlowFilter, FlowRunFilter, FlowRunFilterState, LogFilter, TaskRunFilter
from segue.client.schemas.objects import State


@flow
def job(n: int):
    if n == 2:
        raise ValueError("two")
    return n


for n in (1, 2, 3):
    with tags(f"t{n}"):
        job(n, return_state=True)

now = datetime.now(timezone.utc)
with get_client(sync_client=True) as client:
    for label, filters in {
        "state name": dict(state=dict(name=dict(any_=["Completed"]))),
        "state type": dict(state={"type": {"any_": ["FAILED"]}}),
        "class and dict": dict(state=FlowRunFilterState(name={"any_": ["Failed"]})),
        "tags": dict(tags={"all_": ["t3"]}),
        "times": dict(start_time={"after_": now - timedelta(hours=1), "before_": now + timedelta(hours=1)}),
        "times as text": dict(start_time={"after_": (now + timedelta(hours=1)).isoformat()}),
        "nothing": {},
    }.items():
        found = client.read_flow_runs(flow_run_filter=FlowRunFilter(**filters))
        print(label, sorted(run.parameters["n"] for run in found))
    print(len(client.read_flow_runs(flow_filter=FlowFilter(name={"any_": ["job"]}))))
    print(len(client.read_task_runs(task_run_filter=TaskRunFilter(name={"like_": "nothing"}))))
    print(type(client.read_logs(LogFilter(level={"ge_": 50}))).__name__)
    run = client.read_flow_runs(sort="START_TIME_ASC", limit=1)[0]
    print(run.parameters, isinstance(run.state, State), run.state.is_completed())
    for wrong in ({"state": {"name": {"any_": 5}}},):
        try:
            FlowRunFilter(**wrong)
            print("accepted", wrong)
        except Exception as error:
            print(type(error).__name__)
