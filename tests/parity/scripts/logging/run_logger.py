"""The run logger's messages are stored with level, name and the run they belong to."""

import time

from segue import flow, get_client, get_run_logger, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId
from segue.client.schemas.sorting import LogSort


@task
def inner():
    get_run_logger().error("from the task: %s", "formatted")


@flow
def outer():
    logger = get_run_logger()
    logger.debug("not at this level")
    logger.info("plain")
    logger.warning("careful", extra={"more": 1})
    inner()


state = outer(return_state=True)
run_id = state.state_details.flow_run_id
mine = ("plain", "careful", "from the task: formatted", "not at this level")
with get_client(sync_client=True) as client:
    for _ in range(100):
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])), sort=LogSort.TIMESTAMP_ASC)
        logs = [log for log in logs if log.message in mine]
        if len(logs) >= 3:
            break
        time.sleep(0.1)
for log in logs:
    print(log.level, log.name, log.message, log.task_run_id is not None)
