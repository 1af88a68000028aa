import logging
import time

from segue import flow, get_client, get_run_logger, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId, LogFilterLevel, LogFilterTaskRunId
from segue.client.schemas.sorting import LogSort
from segue.context import get_run_context


@task
def noisy(n: int):
    logger = get_run_logger()
    logger.debug("not kept %s", n)
    logger.info("task info %s", n)
    logger.warning("task warning %(n)s", {"n": n})
    if n == 2:
        try:
            raise KeyError("inside")
        except KeyError:
            logger.exception("task exception")
    logger.log(25, "between")
    return get_run_context().task_run.id


@flow
def talk():
    logger = get_run_logger()
    logger.info("flow info", extra={"more": 1})
    logger.error("flow error")
    logger.critical("flow critical")
    logging.getLogger("mine").warning("not a run's logger")
    ids = [noisy(n) for n in (1, 2)]
    return get_run_context().flow_run.id, ids


flow_run_id, task_run_ids = talk()
ours = ("task ", "flow ", "between", "not ")
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        logs = client.read_logs(
            log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id])),
            sort=LogSort.TIMESTAMP_ASC,
            limit=100,
        )
        if sum(log.message.startswith("between") for log in logs) == 2:
            break
        time.sleep(0.2)
    for log in logs:
        if log.message.startswith(ours):
            print(log.level, log.name, log.message.splitlines()[0], log.task_run_id in task_run_ids)
    loud = client.read_logs(
        log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id]), level=LogFilterLevel(ge_=40))
    )
    print(sorted(log.message.splitlines()[0] for log in loud if log.message.startswith(ours)))
    second = client.read_logs(log_filter=LogFilter(task_run_id=LogFilterTaskRunId(any_=[task_run_ids[1]])))
    text = next(log.message for log in second if log.message.startswith("task exception"))
    print(text.splitlines()[-1])
