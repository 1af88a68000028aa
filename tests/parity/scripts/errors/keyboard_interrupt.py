from segue import flow, get_client, task
from segue.runtime import flow_run

ids = []


@task
def interrupted():
    raise KeyboardInterrupt


@flow
def main():
    ids.append(flow_run.id)
    interrupted()


try:
    main()
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
with get_client(sync_client=True) as client:
    state = client.read_flow_run(ids[0]).state
    print(state.type.value, state.name, state.message)
main()
