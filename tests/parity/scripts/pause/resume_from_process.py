"""Another process resumes a paused run through the client."""

import subprocess
import sys

from segue import flow, pause_flow_run
from segue.input import RunInput
from segue.runtime import flow_run

OTHER = """
import sys, time
from segue import get_client
from segue.client.schemas.objects import StateType

with get_client(sync_client=True) as client:
    while client.read_flow_run(sys.argv[1]).state_type != StateType.PAUSED:
        time.sleep(0.05)
    time.sleep(0.5)
    client.resume_flow_run(sys.argv[1], run_input={"answer": "yes"})
"""


class Reply(RunInput):
    answer: str


@flow
def pipeline():
    other = subprocess.Popen([sys.executable, "-c", OTHER, flow_run.id])
    reply = pause_flow_run(wait_for_input=Reply, timeout=100, poll_interval=1)
    print("other process ended with", other.wait())
    return reply.answer


print(pipeline())
