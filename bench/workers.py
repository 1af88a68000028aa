"""How soon a run begins that is due, and how many due runs a server can give out.

    python bench/workers.py [RUNS]

Prints, for a warm process worker: the time from the instant at which a run is due to the first line of user code, and the claims a
second with 10 workers and 5,000 due runs, each of which must be claimed once.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from segue.backend.holders import this_holder
from segue.backend.open import connect_backend
from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.model.errors import SegueError
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.requests import ById, LeaseRequest

FLOWS = """
import time
from segue import flow
@flow
def told(mark: str) -> None:
    at = time.time()
    with open(mark, "w") as file:
        file.write(repr(at))
"""
SEGUE = str(Path(sys.executable).with_name("segue"))
WORKERS, DUE = 10, 5_000


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flows.py").write_text(FLOWS)
        surroundings = {**os.environ, "SEGUE_HOME": str(folder / "home"), "SEGUE_LOGGING_TO_CONSOLE": "false"}
        server = subprocess.Popen(
            [SEGUE, "server", "start", "--port", "4890", "--no-ui"], env=surroundings, stdout=subprocess.DEVNULL
        )
        url = "http://127.0.0.1:4890/api"
        backend = connect_backend(url, key=None, home=str(folder / "home"))
        worker = None
        try:
            until(lambda: backend.call(p.POOL_LIST, p.WorkPoolQuery()) is not None)
            backend.call(p.POOL_CREATE, p.NewWorkPool(name="here"))
            with (folder / "worker.log").open("wb") as log:
                worker = subprocess.Popen(
                    [SEGUE, "worker", "start", "--pool", "here"], env={**surroundings, "SEGUE_API_URL": url}, stderr=log
                )
            until(lambda: backend.call(w.WORKER_LIST, w.WorkerQuery(online=True)).items != [])
            latency(backend, folder, runs)
            worker.terminate()
            worker.wait()
            claims(backend, url, folder)
        finally:
            for process in (worker, server):
                if process is not None:
                    process.terminate()
                    process.wait()
            backend.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, half a minute at most; a server that does not answer yet is asked again."""
    end = time.monotonic() + 30
    while True:
        try:
            if holds():
                return
            problem: SegueError | None = None
        except SegueError as error:
            problem = error
        if time.monotonic() > end:
            raise TimeoutError("waited in vain for half a minute") from problem
        time.sleep(0.02)


def latency(backend: Backend, folder: Path, runs: int) -> None:
    new = d.PutDeployment(
        name="d", flow_name="told", entrypoint="flows.py:told", path=str(folder), work_pool_name="here"
    )
    deployment = backend.call(d.DEPLOYMENT_PUT, new).id
    took: list[float] = []
    for number in range(runs):
        mark = folder / f"mark-{number}"
        due = now() + timedelta(seconds=0.4)
        asked = d.NewRunOfDeployment(deployment_id=deployment, parameters={"mark": str(mark)}, scheduled_time=due)
        id = backend.call(d.DEPLOYMENT_RUN, asked).id
        until(lambda run=id: backend.call(op.FLOW_RUN_READ, ById(run)).state.final)
        if number > 1:
            took.append((float(mark.read_text()) - due.timestamp()) * 1000)
    took.sort()
    last = took[min(len(took) - 1, int(len(took) * 0.99))]
    print(f"due to first line of user code, {len(took)} runs: p50 {statistics.median(took):.0f} ms, p99 {last:.0f} ms")


def claims(backend: Backend, url: str, folder: Path) -> None:
    new = d.PutDeployment(name="many", flow_name="told", entrypoint="flows.py:told", work_pool_name="here")
    deployment = backend.call(d.DEPLOYMENT_PUT, new).id
    for _ in range(DUE // 200):
        each = d.NewRunOfDeployment(deployment_id=deployment, parameters={"mark": "x"})
        backend.call(d.DEPLOYMENT_RUNS, d.NewRunsOfDeployment(deployment_id=deployment, runs=[each] * 200))
    claimed: list[str] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        mine = connect_backend(url, key=None, home=str(folder / "home"))
        while True:
            asked = w.ClaimWork(
                id=new_id(), lease=LeaseRequest(holder=this_holder(), served=True, token=new_run_token()),
                worker_id=str(number), worker_name=f"w{number}", work_pool_name="here", limit=10,
            )  # fmt: skip
            items = mine.call(w.WORK_CLAIM, asked).items
            if not items:
                break
            with lock:
                claimed.extend(item.run.id for item in items)
        mine.close()

    began = time.monotonic()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    assert len(claimed) == len(set(claimed)) == DUE, (len(claimed), len(set(claimed)))
    print(f"{WORKERS} workers claimed {DUE:,} due runs, each once, in {seconds:.1f} s: {DUE / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
