from segue import flow, get_client, task
from segue.client.schemas.sorting import FlowRunSort

events = []


@flow(flow_run_name="repair-{what}")
def repair(what: str):
    events.append(f"repairing {what}")
    return what


def on_failure(flow, flow_run, state):
    repair(what=flow_run.parameters["table"])
    events.append(f"hook of {flow.name} done")


def on_running(flow, flow_run, state):
    events.append(f"{flow_run.name} {state.name}")


@task
def load(table: str):
    if table == "broken":
        raise ValueError(table)
    return table


@load.on_failure
def tell(task, task_run, state):
    events.append(f"task hook {state.name} {task_run.name.startswith('load')}")


@flow(on_failure=[on_failure], on_running=[on_running], flow_run_name="sync-{table}", retries=1)
def sync(table: str):
    return load(table)


print(sync("fine"))
print(sync("broken", return_state=True).type.value)
for event in events:
    print(event)
with get_client(sync_client=True) as client:
    for run in client.read_flow_runs(sort=FlowRunSort.NAME_ASC):
        print(run.name, run.state_name, run.run_count, run.parent_task_run_id is None)
