"""A state read back from the API holds a result only when it was persisted."""

from segue import flow, get_client
from segue.exceptions import MissingResult


@flow
def forgets():
    return 1


@flow(persist_result=True)
def keeps():
    return 2


def read_back(run_id):
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id).state


for chosen in (forgets, keeps):
    state = chosen(return_state=True)
    print(chosen.name, "local", state.result())
    stored = read_back(state.state_details.flow_run_id)
    try:
        print(chosen.name, "stored", stored.result())
    except MissingResult as error:
        print(type(error).__name__)
