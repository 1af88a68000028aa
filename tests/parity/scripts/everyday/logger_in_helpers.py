import logging
import time

from segue import flow, get_client, get_run_logger, task
from segue.client.schemas.sorting import LogSort
from segue.logging import get_logger


def helper(x):
    logger = get_run_logger()
    logger.info("helper %s", x)
    return x


class Worker:
    def __init__(self):
        self.logger = get_logger("worker")

    def run(self, x):
        get_run_logger(extra_fact=1).warning("worker %s", x)
        self.logger.info("not a run's")
        return x


@task
def step(x):
    helper(x)
    return Worker().run(x)


@flow
def main():
    logger = get_run_logger()
    child = logging.getLogger("segue.flow_runs")
    helper("in flow")
    step("direct")
    step.submit("submitted").wait()
    logger.info("multi\nline %s", "text")
    logger.info("braces {not} %% formatted")
    logger.setLevel(logging.ERROR)
    logger.info("now too quiet")
    logger.error("loud")
    logger.setLevel(logging.INFO)
    return child.level != logging.NOTSET


main()
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        logs = [log for log in client.read_logs(sort=LogSort.TIMESTAMP_ASC) if log.message.startswith(("helper", "worker", "multi", "braces", "now", "loud", "not"))]
        if logs and any(log.message == "loud" for log in logs) and len(logs) >= 8:
            break
        time.sleep(0.2)
    for log in logs:
        print(log.level, log.name, repr(log.message), log.task_run_id is not None)
