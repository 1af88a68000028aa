from segue import flow, get_client
from segue.runtime import flow_run
from segue.states import Cancelled, Completed, Failed, Scheduled

ids = []


@flow
def main():
    ids.append(flow_run.id)
    return 1


main()
with get_client(sync_client=True) as client:
    for state in (Failed(message="by hand"), Completed(name="Approved"), Cancelled()):
        result = client.set_flow_run_state(ids[0], state, force=True)
        run = client.read_flow_run(ids[0])
        print(result.status.value, run.state.type.value, run.state.name, run.state.message)
    result = client.set_flow_run_state(ids[0], Scheduled(), force=False)
    print(result.status.value, client.read_flow_run(ids[0]).state.name)
    created = client.create_flow_run(main, name="made by the client", parameters={"a": 1}, tags=["t"])
    print(created.name, created.state.type.value, created.parameters, sorted(created.tags))
    print([state.name for state in client.read_flow_run_states(ids[0])])
