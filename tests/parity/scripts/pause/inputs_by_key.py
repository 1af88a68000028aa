"""Inputs of a run can be written, read, filtered and deleted by key."""

from segue import flow, get_client
from segue.input import (
    create_flow_run_input,
    delete_flow_run_input,
    filter_flow_run_input,
    keyset_from_base_key,
    read_flow_run_input,
)
from segue.runtime import flow_run


@flow
def pipeline():
    create_flow_run_input("k-1", {"a": [1, 2]})
    create_flow_run_input("k-2", "text", sender="me")
    create_flow_run_input("other", 5)
    print(read_flow_run_input("k-1"), read_flow_run_input("other"), read_flow_run_input("missing"))
    found = filter_flow_run_input("k-", limit=10)
    print([(one.key, one.decoded_value, one.sender) for one in found])
    print([one.key for one in filter_flow_run_input("k-", limit=10, exclude_keys={"k-1"})])
    delete_flow_run_input("k-1")
    print(read_flow_run_input("k-1"))
    return flow_run.id


run_id = pipeline()
with get_client(sync_client=True) as client:
    print(client.read_flow_run_input(run_id, "k-2"))
print(keyset_from_base_key("base"))
