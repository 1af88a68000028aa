"""The exception of a failed persisted run can be read back and raised again."""

from segue import flow, get_client


class Broken(Exception):
    pass


@flow(persist_result=True)
def fails():
    raise ValueError("bad input 7")


@flow
def fails_unkept():
    raise KeyError("gone")


for chosen in (fails, fails_unkept):
    state = chosen(return_state=True)
    print(state.name, state.message)
    print(repr(state.result(raise_on_failure=False)))
    with get_client(sync_client=True) as client:
        stored = client.read_flow_run(state.state_details.flow_run_id).state
    print(stored.name, stored.message)
    try:
        stored.result()
    except Exception as error:
        print(type(error).__name__, error)
