from segue import flow, get_client, get_run_logger, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId, LogFilterLevel, LogFilterTaskRunId
from segue.client.schemas.sorting import LogSort
import logging
import time


@task
def step(x):
    get_run_logger().info("in step %s", x)
    get_run_logger().debug("hidden")


@flow(log_prints=True)
def main():
    logger = get_run_logger()
    logger.warning("careful", extra={"more": 1})
    print("printed", 1, 2, sep="-")
    step(1)
    logger.error("bad: %d", 5)


main()
with get_client(sync_client=True) as client:
    run = client.read_flow_runs()[0]
    mine = []
    for _ in range(60):
        logs = client.read_logs(log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id])), sort=LogSort.TIMESTAMP_ASC)
        mine = [(l.level, l.name.split(".")[-1], l.message) for l in logs if l.message.startswith(("careful", "printed", "in step", "bad"))]
        if len(mine) == 4:
            break
        time.sleep(0.25)
    for each in mine:
        print(each)
    errors = client.read_logs(log_filter=LogFilter(level=LogFilterLevel(ge_=logging.ERROR)))
    print([l.message for l in errors])
    t = client.read_task_runs()[0]
    of_task = client.read_logs(log_filter=LogFilter(task_run_id=LogFilterTaskRunId(any_=[t.id])))
    print(["in step 1" in l.message for l in of_task if l.message.startswith("in")])
    print(len(client.read_logs(limit=1)), len(client.read_logs(log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id])), limit=2, offset=1)))
