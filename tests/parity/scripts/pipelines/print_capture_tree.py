import time

from segue import flow, get_client, task
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId
from segue.client.schemas.sorting import LogSort
from segue.context import get_run_context


@task
def inherits():
    print("inherits")


@task(log_prints=False)
def refuses():
    print("refuses")


@task(log_prints=True)
def insists():
    print("insists", 1, 2, sep="-")


@flow
def child():
    print("child")
    inherits()
    refuses()
    return get_run_context().flow_run.id


@flow(log_prints=False)
def quiet_child():
    print("quiet child")
    inherits()
    insists()
    return get_run_context().flow_run.id


@flow(log_prints=True)
def parent():
    print("parent", flush=True)
    print("two\nlines")
    ids = [get_run_context().flow_run.id, child(), quiet_child()]
    inherits.submit().wait()
    print("end")
    return ids


ids = parent()
print("outside")
words = {"parent", "two\nlines", "end", "child", "inherits", "refuses", "insists-1-2", "quiet child"}
with get_client(sync_client=True) as client:
    deadline = time.monotonic() + 20
    found = []
    while time.monotonic() < deadline and len(found) < 7:
        time.sleep(0.2)
        logs = client.read_logs(
            log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=ids)), sort=LogSort.TIMESTAMP_ASC
        )
        found = [log for log in logs if log.message in words]
    for log in found:
        print(ids.index(log.flow_run_id), log.name, repr(log.message), log.task_run_id is not None)
