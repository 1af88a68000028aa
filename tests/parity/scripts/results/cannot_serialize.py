"""A value that cannot be serialised does not fail the flow; it is only not kept."""

from segue import flow, get_client, task


@task(persist_result=True, result_serializer="json")
def unserialisable():
    return lambda x: x


@flow(persist_result=True, result_serializer="json")
def pipeline():
    state = unserialisable(return_state=True)
    print(state.type.value, callable(state.result()))
    return 5


state = pipeline(return_state=True)
print(state.type.value, state.result())
with get_client(sync_client=True) as client:
    print(client.read_flow_run(state.state_details.flow_run_id).state.result())
