import subprocess
import sys
import time
from pathlib import Path

from segue import flow, get_client
from segue.flow_runs import wait_for_flow_run
from segue.runtime import flow_run


@flow
def slow(seconds: float = 1.0):
    Path("id.txt.part").write_text(flow_run.id)
    Path("id.txt.part").rename("id.txt")
    time.sleep(seconds)
    return 1


if __name__ == "__main__":
    if sys.argv[1:]:
        slow()
    else:
        process = subprocess.Popen([sys.executable, __file__, "child"], stderr=subprocess.DEVNULL)
        while not Path("id.txt").exists():
            time.sleep(0.05)
        run_id = Path("id.txt").read_text()
        import asyncio
        from uuid import UUID

        found = asyncio.run(wait_for_flow_run(UUID(run_id), timeout=60, poll_interval=1))
        print(found.state.name, str(found.id) == run_id, found.parameters)
        process.wait(timeout=60)
        with get_client(sync_client=True) as client:
            print(client.read_flow_run(run_id).state.name)
        from segue.exceptions import FlowRunWaitTimeout

        print(issubclass(FlowRunWaitTimeout, Exception))
