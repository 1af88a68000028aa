"""with_initial_data offers a description and defaults, used when nothing is given."""

import threading
import time

from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.input import RunInput, read_flow_run_input
from segue.runtime import flow_run


class Settings(RunInput):
    threshold: int
    label: str = "own"


def answer(run_id):
    with get_client(sync_client=True) as client:
        while not client.read_flow_run(run_id).state.is_paused():
            time.sleep(0.05)
        keyset = client.read_flow_run(run_id).state.state_details.run_input_keyset
        time.sleep(0.5)
    print(read_flow_run_input(keyset["description"], flow_run_id=run_id))
    schema = read_flow_run_input(keyset["schema"], flow_run_id=run_id)
    print(schema["title"], sorted(schema["properties"]), schema["properties"]["threshold"]["default"])
    resume_flow_run(run_id, run_input={"label": "given"})


@flow
def pipeline():
    helper = threading.Thread(target=answer, args=(flow_run.id,))
    helper.start()
    asked = Settings.with_initial_data(description="Please **choose**", threshold=5)
    found = pause_flow_run(wait_for_input=asked, timeout=60, poll_interval=1)
    helper.join()
    return isinstance(found, Settings), found.threshold, found.label


print(pipeline())
