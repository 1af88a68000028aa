"""While the flow is paused its submitted tasks go on running."""

import threading
import time

from segue import flow, get_client, pause_flow_run, resume_flow_run, task
from segue.runtime import flow_run

finished = threading.Event()


@task
def long_task():
    finished.wait(30)
    return "task done"


def resume(run_id):
    with get_client(sync_client=True) as client:
        while not client.read_flow_run(run_id).state.is_paused():
            time.sleep(0.05)
        print("paused")
    finished.set()
    future_done.wait(30)
    print("task ended during the pause")
    resume_flow_run(run_id)


future_done = threading.Event()


@flow
def pipeline():
    future = long_task.submit()
    future.add_done_callback(lambda _: future_done.set())
    helper = threading.Thread(target=resume, args=(flow_run.id,))
    helper.start()
    pause_flow_run(timeout=60, poll_interval=1)
    helper.join()
    return future.result()


print(pipeline())
