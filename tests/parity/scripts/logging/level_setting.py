"""The logging level decides what the run logger stores."""

import time

from segue import flow, get_client, get_run_logger
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId


@flow
def talk():
    logger = get_run_logger()
    logger.setLevel("DEBUG")
    logger.debug("detail")
    logger.info("end of talk")


run_id = talk(return_state=True).state_details.flow_run_id
with get_client(sync_client=True) as client:
    for _ in range(100):
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])))
        messages = [log.message for log in logs if log.message in ("detail", "end of talk")]
        if "end of talk" in messages:
            break
        time.sleep(0.1)
print(messages)
