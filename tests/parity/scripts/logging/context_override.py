"""A logger can be made for a given context, with extra facts attached."""

import time

from segue import flow, get_client, get_run_logger, task
from segue.client.schemas.filters import LogFilter, LogFilterTaskRunId
from segue.context import FlowRunContext


@task
def inner():
    get_run_logger().info("as task")
    get_run_logger(FlowRunContext.get(), more="facts").info("still as task")
    try:
        get_run_logger(context="nonsense")
    except TypeError as error:
        print(type(error).__name__)


@flow
def outer():
    return inner(return_state=True).state_details.task_run_id


task_run_id = outer()
with get_client(sync_client=True) as client:
    for _ in range(100):
        chosen = LogFilter(task_run_id=LogFilterTaskRunId(any_=[task_run_id]))
        logs = [log.message for log in client.read_logs(chosen) if log.message.endswith("as task")]
        if len(logs) == 2:
            break
        time.sleep(0.1)
print(sorted(logs))
