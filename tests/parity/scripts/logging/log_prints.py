"""log_prints turns prints into stored INFO logs; they leave standard output."""

import sys
import time

from segue import flow, get_client, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId
from segue.client.schemas.sorting import LogSort


@task
def inherits():
    print("task inherits")


@task(log_prints=False)
def refuses():
    print("task refuses")


@flow(log_prints=True)
def loud():
    print("flow", 1, [2], sep="-")
    print("two\nlines", end="!\n")
    print("to stdout", file=sys.stdout)
    inherits()
    refuses()


@flow
def quiet():
    print("printed plainly")


quiet()
state = loud(return_state=True)
print("after")
run_id = state.state_details.flow_run_id
with get_client(sync_client=True) as client:
    for _ in range(100):
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])), sort=LogSort.TIMESTAMP_ASC)
        messages = [log for log in logs if not log.message.startswith(("Beginning", "View", "Finished", "Created"))]
        if len(messages) >= 4:
            break
        time.sleep(0.1)
for log in messages:
    print(log.level, repr(log.message), log.name, log.task_run_id is not None)
