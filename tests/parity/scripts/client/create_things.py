from segue import flow, get_client
from segue.states import Pending


@flow
def main(x=1):
    return x


with get_client(sync_client=True) as client:
    run = client.create_flow_run(main, parameters={"x": 5}, name="named", tags=["a"], state=Pending(message="m"))
    print(run.name, run.parameters, run.tags, run.state.name, run.state.message, run.flow_id == client.read_flow_by_name("main").id)
    made = client.create_flow_run(main)
    print(made.state.type.value, made.parameters)
