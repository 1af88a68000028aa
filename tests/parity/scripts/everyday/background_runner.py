import signal
import subprocess
import sys

from segue import flow, task
from segue.task_runners import SegueTaskRunner
from segue.task_worker import serve


@task(persist_result=True)
def double(x: int) -> int:
    return x * 2


@task(persist_result=True)
def total(values: list[int]) -> int:
    return sum(values)


@flow(task_runner=SegueTaskRunner())
def main(n: int):
    doubled = double.map(list(range(n)))
    values = [future.result(timeout=60) for future in doubled]
    return total.submit(values).result(timeout=60)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(double, total)
        sys.exit(0)
    worker = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        print(main(3))
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
