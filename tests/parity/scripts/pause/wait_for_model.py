"""A pause can wait for typed input; what is given is validated before the resume."""

import threading
import time

from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.input import RunInput
from segue.runtime import flow_run


class Approval(RunInput):
    name: str
    amount: int = 10


def answer(run_id):
    with get_client(sync_client=True) as client:
        while not client.read_flow_run(run_id).state.is_paused():
            time.sleep(0.05)
        keyset = client.read_flow_run(run_id).state.state_details.run_input_keyset
        print(keyset)
        time.sleep(0.5)
    for given in ({"amount": "many", "name": "a"}, {"name": "ada", "extra": 1}, {"name": "ada", "amount": 7}):
        try:
            resume_flow_run(run_id, run_input=given)
            print("accepted", given)
        except Exception as error:
            print("refused", given, type(error).__name__)


@flow
def pipeline():
    helper = threading.Thread(target=answer, args=(flow_run.id,))
    helper.start()
    found = pause_flow_run(wait_for_input=Approval, timeout=60, poll_interval=1)
    helper.join()
    return type(found).__name__, found.name, found.amount


print(pipeline())
