import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from segue import flow, get_client, task
from segue.client.schemas.filters import FlowFilter, FlowFilterName
from segue.client.schemas.objects import StateType


def crashed(flow, flow_run, state):
    Path("crashed.txt").write_text(f"{flow.name} {state.name}")


@task
def wait_long():
    Path("started.txt").write_text(str(os.getpid()))
    time.sleep(60)


@flow(on_crashed=[crashed])
def long_one(n: int = 1):
    wait_long()


if __name__ == "__main__":
    if sys.argv[1:]:
        long_one(n=7)
    process = subprocess.Popen([sys.executable, __file__, "child"], stderr=subprocess.DEVNULL)
    while not Path("started.txt").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    print("exit", process.wait(timeout=60))
    print(Path("crashed.txt").read_text())
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["long-one"])))
        for run in runs:
            print(run.state_type is StateType.CRASHED, run.state.message, run.parameters)
            print([state.name for state in client.read_flow_run_states(run.id)])
            try:
                run.state.result()
            except Exception as error:
                print(type(error).__name__)
