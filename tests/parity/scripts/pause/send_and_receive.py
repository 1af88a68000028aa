"""Running flows receive typed messages sent to them, in order."""

import threading

from segue import flow
from segue.input import RunInput, receive_input, send_input
from segue.runtime import flow_run


class Message(RunInput):
    text: str


def sender(run_id):
    for number in (1, 2, 3):
        send_input(number, flow_run_id=run_id)
    Message(text="hello").send_to(run_id)
    send_input("a string", flow_run_id=run_id, key_prefix="special")


@flow
def pipeline():
    helper = threading.Thread(target=sender, args=(flow_run.id,))
    helper.start()
    helper.join()
    print([number for number in receive_input(int, timeout=0, poll_interval=0.1)])
    print([(message.text, message.metadata.sender) for message in Message.receive(timeout=0, poll_interval=0.1)])
    print([text for text in receive_input(str, timeout=0, poll_interval=0.1, key_prefix="special")])
    print([text for text in receive_input(str, timeout=0, poll_interval=0.1)])
    try:
        next(iter(receive_input(float, timeout=0, poll_interval=0.1, raise_timeout_error=True)))
    except TimeoutError as error:
        print(type(error).__name__)


pipeline()
