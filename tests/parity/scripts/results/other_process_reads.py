"""Another process reads a persisted result through the recorded state."""

import subprocess
import sys

from segue import flow

OTHER = """
import sys
from segue import get_client

with get_client(sync_client=True) as client:
    state = client.read_flow_run(sys.argv[1]).state
    print(state.name, state.result())
"""


@flow(persist_result=True)
def pipeline(x):
    return {"x": x, "list": [1, 2]}


state = pipeline(5, return_state=True)
run_id = str(state.state_details.flow_run_id)
print(subprocess.run([sys.executable, "-c", OTHER, run_id], capture_output=True, text=True, check=True).stdout.strip())
