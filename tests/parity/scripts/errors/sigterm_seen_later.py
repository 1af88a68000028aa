import signal
import subprocess
import sys
import time
from pathlib import Path

from segue import flow, get_client
from segue.runtime import flow_run


@flow
def main():
    Path("id.txt").write_text(flow_run.id)
    time.sleep(60)


if len(sys.argv) > 1:
    main()
else:
    child = subprocess.Popen([sys.executable, __file__, "child"], stderr=subprocess.DEVNULL)
    while not (Path("id.txt").exists() and Path("id.txt").read_text()):
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    print("exit code", child.wait(timeout=30))
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(Path("id.txt").read_text())
        print(run.state.type.value, run.state.name, run.state.message)
        print([state.name for state in client.read_flow_run_states(run.id)])
