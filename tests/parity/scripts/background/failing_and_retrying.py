"""A delayed task that fails raises at its future; retries happen over there."""

import subprocess
import sys

from segue import task
from segue.task_worker import serve

attempts = []


@task(persist_result=True)
def fails():
    raise ValueError("over there")


@task(retries=2, persist_result=True)
def shaky():
    attempts.append(1)
    if len(attempts) < 3:
        raise RuntimeError("again")
    return len(attempts)


if "worker" in sys.argv:
    serve(fails, shaky)
else:
    worker = subprocess.Popen(
        [sys.executable, __file__, "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        print(shaky.delay().result(timeout=50))
        broken = fails.delay()
        broken.wait(timeout=50)
        print(broken.state.type.value, repr(broken.result(timeout=1, raise_on_failure=False)))
        try:
            broken.result(timeout=1)
        except ValueError as error:
            print(type(error).__name__, error)
    finally:
        worker.kill()
        worker.wait()
