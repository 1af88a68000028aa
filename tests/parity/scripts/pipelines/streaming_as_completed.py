import time

from segue import flow, task
from segue.futures import as_completed, wait


@task
def work(seconds: float, name: str) -> str:
    time.sleep(seconds)
    if name == "bad":
        raise RuntimeError(name)
    return name


@flow
def stream():
    futures = [work.submit(0.9, "slow"), work.submit(0.05, "fast"), work.submit(0.45, "bad")]
    order = []
    for future in as_completed(futures):
        value = future.result(raise_on_failure=False)
        order.append(value if isinstance(value, str) else type(value).__name__)
    return order


@flow
def at_most(seconds: float):
    futures = [work.submit(0.05, "fast"), work.submit(1.2, "slow")]
    done, rest = wait(futures, timeout=seconds)
    first = sorted(future.result() for future in done)
    try:
        for future in as_completed(list(rest), timeout=0.05):
            print("unexpected", future.result())
    except TimeoutError:
        print("not in time")
    return first, len(rest), [future.result() for future in rest]


print(stream())
print(at_most(0.6))
