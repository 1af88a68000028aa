import time
from uuid import uuid4

from segue import flow, get_client, task
from segue.context import get_run_context
from segue.exceptions import ObjectNotFound
from segue.states import Completed, Failed


@task
def work():
    return get_run_context().task_run.id


@flow
def main():
    return get_run_context().flow_run.id, work()


flow_run_id, task_run_id = main()
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if client.read_task_run(task_run_id).state_name == "Completed":
                break
        except ObjectNotFound:
            pass
        time.sleep(0.1)
    client.set_task_run_name(task_run_id, "renamed")
    run = client.read_task_run(task_run_id)
    print(run.name, run.state_name, run.flow_run_id == flow_run_id)
    answer = client.set_task_run_state(task_run_id, Failed(message="by hand"), force=True)
    print(answer.status.value, client.read_task_run(task_run_id).state.message)
    for method, id in ((client.read_task_run, uuid4()), (client.read_flow_run, uuid4())):
        try:
            method(id)
        except ObjectNotFound as error:
            print(type(error).__name__)
    client.set_flow_run_name(flow_run_id, "new-name")
    client.set_flow_run_state(flow_run_id, Completed(name="Checked", message="fine"), force=True)
    run = client.read_flow_run(flow_run_id)
    print(run.name, run.state_name, run.state.message)
    client.delete_flow_run(flow_run_id)
    try:
        client.read_flow_run(flow_run_id)
    except ObjectNotFound:
        print("gone")
