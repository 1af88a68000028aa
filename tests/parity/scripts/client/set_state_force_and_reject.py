from segue import flow, get_client
from segue.states import Cancelled, Cancelling, Completed, Failed, Pending, Running, Scheduled


@flow
def main():
    return 1


with get_client(sync_client=True) as client:
    run = client.create_flow_run(main, name="made")
    print(run.name, run.state.type.value, run.run_count)
    for state in (Pending(), Running(), Completed(message="done")):
        answer = client.set_flow_run_state(run.id, state)
        now = client.read_flow_run(run.id)
        print(state.name, answer.status.value, answer.state.name if answer.state else None, now.state.name, now.run_count)
    for state in (Running(), Cancelling(), Cancelled(message="c")):
        answer = client.set_flow_run_state(run.id, state, force=True)
        now = client.read_flow_run(run.id)
        print("force", state.name, answer.status.value, now.state.name)
    print([s.name for s in client.read_flow_run_states(run.id)])
