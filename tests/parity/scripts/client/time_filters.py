"""Runs are found by when they began and ended."""

from datetime import datetime, timedelta, timezone

from segue import flow, get_client
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime, FlowRunFilterStartTime

begun = datetime.now(timezone.utc)
flow(lambda: None, name="one")()
hour = timedelta(hours=1)
with get_client(sync_client=True) as client:

    def count(**chosen):
        return len(client.read_flow_runs(flow_run_filter=FlowRunFilter(**chosen)))

    print(count(start_time=FlowRunFilterStartTime(after_=begun)))
    print(count(start_time=FlowRunFilterStartTime(after_=begun + hour)))
    print(count(start_time=FlowRunFilterStartTime(before_=begun + hour, after_=begun - hour)))
    client.create_flow_run(flow(lambda: None, name="never-started"))
    print(
        count(start_time=FlowRunFilterStartTime(is_null_=True)),
        count(start_time=FlowRunFilterStartTime(is_null_=False)),
    )
    print(count(end_time=FlowRunFilterEndTime(is_null_=True)), count(end_time=FlowRunFilterEndTime(is_null_=False)))
    print(count(end_time=FlowRunFilterEndTime(before_=begun)), count(end_time=FlowRunFilterEndTime(after_=begun)))
