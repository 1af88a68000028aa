"""A pause nobody ends raises when its time is over, and the flow fails."""

from segue import flow, get_client, pause_flow_run
from segue.exceptions import FlowPauseTimeout
from segue.runtime import flow_run

ids = []


@flow
def impatient():
    ids.append(flow_run.id)
    print("before")
    pause_flow_run(timeout=1, poll_interval=1)
    print("never")


try:
    impatient()
except FlowPauseTimeout as error:
    print(type(error).__name__)
with get_client(sync_client=True) as client:
    run = client.read_flow_run(ids[0])
    print(run.state.type.value, run.state.name)
    states = client.read_flow_run_states(ids[0])
    print(sorted({one.name for one in states}))
