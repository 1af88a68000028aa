import os
import time

os.environ["SEGUE_LOGGING_EXTRA_LOGGERS"] = "mylib,other.part"

import logging

from segue import flow, get_client, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId
from segue.client.schemas.sorting import LogSort
from segue.runtime import flow_run

library = logging.getLogger("mylib")
child = logging.getLogger("mylib.inner")
other = logging.getLogger("other.part")
unknown = logging.getLogger("unknown")


@task
def noisy():
    child.warning("from inside")
    other.error("from other")


@flow
def main():
    library.info("hello %s", "flow")
    library.debug("too quiet")
    unknown.warning("not ours")
    noisy()
    return flow_run.id


run_id = main()
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 20
    ours = []
    while time.monotonic() < deadline and len(ours) < 2:
        time.sleep(0.2)
        logs = client.read_logs(log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])), sort=LogSort.TIMESTAMP_ASC)
        ours = [log for log in logs if not log.name.startswith("segue")]
    for log in ours:
        print(log.name, log.level, log.message, log.task_run_id is not None)
