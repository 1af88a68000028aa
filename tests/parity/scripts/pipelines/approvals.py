import threading
import time

from segue import flow, get_client, pause_flow_run, resume_flow_run, task
from segue.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateName
from segue.input import RunInput


class Approval(RunInput):
    approve: bool
    comment: str = "none"


class Amount(RunInput):
    amount: int


@task
def pay(amount: int) -> str:
    return f"paid {amount}"


@flow(log_prints=False)
def invoice(default: int):
    first = pause_flow_run(
        wait_for_input=Amount.with_initial_data(description="How much?", amount=default), timeout=60, poll_interval=1
    )
    print("amount", first.amount)
    second = pause_flow_run(wait_for_input=Approval, timeout=60, poll_interval=1, key="sign-off")
    print("approval", second.approve, second.comment)
    return pay(first.amount) if second.approve else "refused"


def paused_run(client, seen):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Paused"])))
        )
        for run in runs:
            keyset = run.state.state_details.run_input_keyset
            if keyset and (run.id, keyset["response"]) not in seen:
                seen.add((run.id, keyset["response"]))
                return run, keyset
        time.sleep(0.1)
    raise SystemExit("no paused run")


def answer(*inputs):
    seen = set()
    with get_client(sync_client=True) as client:
        for given in inputs:
            run, keyset = paused_run(client, seen)
            print("asked", keyset["response"])
            time.sleep(0.5)
            resume_flow_run(run.id, run_input=given)


for inputs in (({"amount": 12}, {"approve": True}), (None, {"approve": False, "comment": "too much"})):
    other = threading.Thread(target=answer, args=inputs)
    other.start()
    print(invoice(99))
    other.join()
