"""A task delayed here runs in a worker over there; the future brings the value back."""

import subprocess
import sys

from segue import task
from segue.task_worker import serve


@task(persist_result=True)
def double(x, by=2):
    return x * by


if "worker" in sys.argv:
    serve(double)
else:
    worker = subprocess.Popen(
        [sys.executable, __file__, "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        futures = [double.delay(1), double.delay(2, by=5)]
        print(type(futures[0]).__name__)
        print([future.result(timeout=50) for future in futures])
        print([future.state.name for future in futures])
        print(double.apply_async(args=(7,), kwargs={"by": 3}).result(timeout=50))
    finally:
        worker.kill()
        worker.wait()
