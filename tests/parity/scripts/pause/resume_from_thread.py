"""A paused flow goes on when somebody resumes it; the history tells the story."""

import threading
import time

from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.runtime import flow_run


def resume_when_paused(run_id):
    with get_client(sync_client=True) as client:
        while not client.read_flow_run(run_id).state.is_paused():
            time.sleep(0.05)
    resume_flow_run(run_id)


@flow
def pipeline():
    helper = threading.Thread(target=resume_when_paused, args=(flow_run.id,))
    helper.start()
    print("before")
    print(pause_flow_run(timeout=60, poll_interval=1))
    print("after")
    helper.join()
    return flow_run.id


run_id = pipeline()
with get_client(sync_client=True) as client:
    states = client.read_flow_run_states(run_id)
    print([(state.type.value, state.name) for state in sorted(states, key=lambda state: state.timestamp)])
    run = client.read_flow_run(run_id)
    print(run.state.name, run.run_count)
