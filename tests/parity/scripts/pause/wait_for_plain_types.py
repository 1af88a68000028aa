"""Plain types and pydantic models can be waited for as well."""

import threading
import time

from pydantic import BaseModel

from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.runtime import flow_run


class Order(BaseModel):
    item: str
    count: int


def answer(run_id, given):
    with get_client(sync_client=True) as client:
        while not client.read_flow_run(run_id).state.is_paused():
            time.sleep(0.05)
        time.sleep(0.5)
    resume_flow_run(run_id, run_input=given)


@flow
def ask(kind, given):
    helper = threading.Thread(target=answer, args=(flow_run.id, given))
    helper.start()
    found = pause_flow_run(wait_for_input=kind, timeout=60, poll_interval=1)
    helper.join()
    return found


number = ask.with_options(validate_parameters=False)(int, {"value": 5})
print(type(number).__name__, number)
order = ask.with_options(validate_parameters=False)(Order, {"item": "tea", "count": 2})
print(isinstance(order, Order), order.item, order.count)
