"""The history of a run's states can be read, retries included."""

from segue import flow, get_client

attempts = []


@flow(retries=1)
def shaky():
    attempts.append(1)
    if len(attempts) == 1:
        raise ValueError("first")
    return "fine"


state = shaky(return_state=True)
with get_client(sync_client=True) as client:
    states = client.read_flow_run_states(state.state_details.flow_run_id)
    states.sort(key=lambda one: one.timestamp)
    for one in states:
        print(one.type.value, one.name, one.message)
    print(states[-1].id == client.read_flow_run(state.state_details.flow_run_id).state.id)
