"""A run can be created without running it, renamed, tagged and deleted."""

from segue import flow, get_client
from segue.exceptions import ObjectNotFound
from segue.states import Scheduled


@flow
def pipeline(x):
    return x


with get_client(sync_client=True) as client:
    made = client.create_flow_run(pipeline, name="planned", parameters={"x": 1}, tags=["a"], state=Scheduled())
    run = client.read_flow_run(made.id)
    print(run.name, run.parameters, run.tags, run.state.type.value, run.run_count, run.start_time)
    plain = client.create_flow_run(pipeline, parameters={"x": 2})
    print(client.read_flow_run(plain.id).state.type.value, len(plain.name.split("-")))
    client.update_flow_run(made.id, name="renamed", tags=["b", "c"])
    run = client.read_flow_run(made.id)
    print(run.name, sorted(run.tags), run.parameters)
    client.set_flow_run_name(made.id, "again")
    print(client.read_flow_run(made.id).name, len(client.read_flow_runs()))
    client.delete_flow_run(made.id)
    for action in (client.read_flow_run, client.delete_flow_run):
        try:
            action(made.id)
        except ObjectNotFound as error:
            print(type(error).__name__)
    print(len(client.read_flow_runs()))
