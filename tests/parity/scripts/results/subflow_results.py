"""Subflows keep results by their own options, and parents see plain values."""

import tempfile
from pathlib import Path

from segue import flow, get_client

folder = Path(tempfile.mkdtemp())


@flow(persist_result=True, result_storage=folder)
def child(x):
    return x + 1


@flow
def parent():
    state = child(1, return_state=True)
    return state.result() + child(2), str(state.state_details.flow_run_id)


total, child_id = parent()
print(total)
print(len([path for path in folder.iterdir() if path.is_file()]))
with get_client(sync_client=True) as client:
    print(client.read_flow_run(child_id).state.result())
