from segue import flow, get_client


@flow
def main(x: int):
    print("never printed")


try:
    main("text")
except Exception as error:
    print(type(error).__name__)
with get_client(sync_client=True) as client:
    for run in client.read_flow_runs():
        print(run.state.type.value, run.state.name, run.parameters)
        print([state.name for state in client.read_flow_run_states(run.id)])
main(y=1)
