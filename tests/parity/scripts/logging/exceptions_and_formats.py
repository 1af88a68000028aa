"""Tracebacks and percent formats are stored as text."""

import time

from segue import flow, get_client, get_run_logger
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId


@flow
def pipeline():
    logger = get_run_logger()
    logger.info("%s and %d", "text", 3)
    try:
        raise ValueError("inside")
    except ValueError:
        logger.exception("it failed")
    logger.log(25, "custom level")


run_id = pipeline(return_state=True).state_details.flow_run_id
with get_client(sync_client=True) as client:
    for _ in range(100):
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])))
        found = {log.message.splitlines()[0]: log for log in logs}
        if "custom level" in found:
            break
        time.sleep(0.1)
print(found["text and 3"].level, found["custom level"].level)
failed = found["it failed"]
print(failed.level, "Traceback" in failed.message, failed.message.splitlines()[-1])
