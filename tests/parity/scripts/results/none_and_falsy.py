"""None and empty values are results like any other, persisted or not."""

from segue import flow, get_client, task


@task(persist_result=True)
def give(value):
    return value


@flow(persist_result=True)
def pipeline(value):
    state = give(value, return_state=True)
    assert state.result() == value
    return value


for value in (None, 0, "", [], {}, False):
    state = pipeline(value, return_state=True)
    with get_client(sync_client=True) as client:
        stored = client.read_flow_run(state.state_details.flow_run_id).state
    print(repr(state.result()), repr(stored.result()))
