import threading
import time
from typing import Literal, Optional

from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.input import RunInput
from segue.runtime import flow_run


class Approval(RunInput):
    approved: bool
    reason: Optional[str] = "none given"
    level: Literal["low", "high"] = "low"


def answer(run_id, *inputs):
    with get_client(sync_client=True) as client:
        for run_input in inputs:
            for _ in range(300):
                if client.read_flow_run(run_id).state.is_paused():
                    break
                time.sleep(0.1)
            try:
                resume_flow_run(run_id, run_input=run_input)
                print("accepted", run_input)
            except Exception as error:
                print("refused", sorted(run_input), type(error).__name__)
            time.sleep(1.5)


@flow
def main():
    thread = threading.Thread(target=answer, args=(flow_run.id, {"approved": "perhaps", "level": "middle"}, {"approved": True, "reason": "fine"}))
    thread.start()
    got = pause_flow_run(wait_for_input=Approval.with_initial_data(description="Please **approve**", level="high"), timeout=60, poll_interval=1)
    thread.join()
    return type(got).__mro__[1].__name__, got.approved, got.reason, got.level


print(main())
