"""Async tasks are delayed and served alike, many at once."""

import subprocess
import sys

from segue import task
from segue.task_worker import serve


@task(persist_result=True)
async def greet(name):
    return f"hello {name}"


if "worker" in sys.argv:
    serve(greet, limit=4)
else:
    worker = subprocess.Popen(
        [sys.executable, __file__, "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        futures = [greet.delay(name) for name in ("ada", "bob", "cyd")]
        for future in futures:
            future.wait(timeout=50)
        print([future.result(timeout=50) for future in futures])
        print(sorted({future.state.type.value for future in futures}))
    finally:
        worker.kill()
        worker.wait()
