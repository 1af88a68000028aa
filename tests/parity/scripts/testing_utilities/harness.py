"""The test harness gives a place of its own, empty and thrown away afterwards."""

from segue import flow, get_client, task
from segue.testing.utilities import segue_test_harness


@task
def double(x):
    return x * 2


@flow
def pipeline(x=2):
    return double(x)


def count():
    with get_client(sync_client=True) as client:
        return len(client.read_flow_runs())


with segue_test_harness():
    print(count())
    print(pipeline(), pipeline(5))
    print(count())
    state = pipeline(return_state=True)
    print(state.name, state.result())
with segue_test_harness():
    print(count())
