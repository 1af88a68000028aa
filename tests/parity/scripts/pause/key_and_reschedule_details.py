from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.runtime import flow_run
import threading
import time


def resume_later(run_id, times):
    with get_client(sync_client=True) as client:
        done = 0
        for _ in range(600):
            run = client.read_flow_run(run_id)
            if run.state.is_paused():
                print("paused", run.state.name, run.state.state_details.pause_key, run.state.state_details.pause_reschedule)
                resume_flow_run(run_id)
                done += 1
                if done == times:
                    return
            time.sleep(0.1)


@flow
def main():
    thread = threading.Thread(target=resume_later, args=(flow_run.id, 2))
    thread.start()
    pause_flow_run(timeout=30, poll_interval=1)
    print("between")
    pause_flow_run(timeout=30, poll_interval=1, key="second")
    print("after")
    pause_flow_run(timeout=30, poll_interval=1, key="second")
    print("same key does not pause again")
    thread.join()
    return "end"


print(main())
