"""Flows are stored once by name and found by name, with limit, offset and sort."""

from segue import flow, get_client
from segue.client.schemas.filters import FlowFilter, FlowFilterName
from segue.client.schemas.sorting import FlowSort

for name in ("beta", "alpha", "gamma"):
    for _ in range(2):
        flow(lambda: None, name=name)()

with get_client(sync_client=True) as client:
    print([found.name for found in client.read_flows(sort=FlowSort.NAME_ASC)])
    print([found.name for found in client.read_flows(sort=FlowSort.NAME_DESC, limit=1)])
    print([found.name for found in client.read_flows(sort=FlowSort.NAME_ASC, offset=1, limit=1)])
    print([found.name for found in client.read_flows(flow_filter=FlowFilter(name=FlowFilterName(like_="amm")))])
    one = client.read_flow_by_name("alpha")
    print(one.name, one.tags, client.read_flow(one.id).name)
