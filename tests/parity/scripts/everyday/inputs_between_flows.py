import threading
import time

from segue import flow, get_client
from segue.client.schemas.filters import FlowFilter, FlowFilterName
from segue.input import RunInput, receive_input, send_input


class Greeting(RunInput):
    text: str
    times: int = 1


@flow
def greeter():
    answers = []
    for greeting in Greeting.receive(timeout=30, poll_interval=0.2):
        if greeting.text == "bye":
            break
        answers.append(greeting.text * greeting.times)
    for number in receive_input(int, timeout=30, poll_interval=0.2):
        answers.append(number + 1)
        if number == 2:
            break
    return answers


def talk():
    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            runs = client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["greeter"])))
            if runs and runs[0].state_name == "Running":
                break
            time.sleep(0.1)
        run_id = runs[0].id
    Greeting(text="hi").send_to(run_id)
    Greeting(text="ho", times=2).send_to(flow_run_id=run_id)
    send_input(1, flow_run_id=run_id)
    Greeting(text="bye").send_to(run_id)
    send_input(2, flow_run_id=run_id)


other = threading.Thread(target=talk)
other.start()
print(greeter())
other.join()
