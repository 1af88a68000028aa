from segue import flow, get_client
from segue.states import Cancelled, Completed


@flow(on_cancellation=[lambda f, r, s: print("cancelled hook")], on_completion=[lambda f, r, s: print("done hook")])
def main():
    return 1


with get_client(sync_client=True) as client:
    run = client.create_flow_run(main, parameters={})
    print(run.state.name if run.state else None)
    answer = client.set_flow_run_state(run.id, Cancelled(message="by hand"), force=True)
    print(answer.status.value, client.read_flow_run(run.id).state.name)
    answer = client.set_flow_run_state(run.id, Completed(), force=True)
    print(answer.status.value, client.read_flow_run(run.id).state.name)
