"""A state can be set from outside; what was asked and answered is visible."""

from segue import flow, get_client
from segue.states import Cancelled, Completed, Failed, Paused, Pending, Running, Scheduled


@flow
def pipeline():
    return 1


with get_client(sync_client=True) as client:
    made = client.create_flow_run(pipeline, name="fresh")
    print(client.read_flow_run(made.id).state.name)
    for wanted in (Pending(), Paused(), Running(), Failed(message="by hand"), Paused(), Scheduled()):
        answer = client.set_flow_run_state(made.id, wanted)
        state = client.read_flow_run(made.id).state
        print(wanted.name, answer.status.value, "->", state.name, state.message)
    answer = client.set_flow_run_state(made.id, Completed(name="Approved", message="fine now"), force=True)
    state = client.read_flow_run(made.id).state
    print(answer.status.value, type(answer).__name__, state.type.value, state.name, state.message)
    other = client.create_flow_run(pipeline, name="other", state=Scheduled())
    print(client.set_flow_run_state(str(other.id), Cancelled(message="stop")).state.name)
    print(client.read_flow_run(other.id).state.message)
