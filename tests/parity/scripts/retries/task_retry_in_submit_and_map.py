import threading

from segue import flow, task
from segue.runtime import task_run

lock = threading.Lock()
attempts = {}


@task(retries=2, retry_delay_seconds=0.05)
def flaky(x):
    with lock:
        attempts[x] = attempts.get(x, 0) + 1
    if attempts[x] <= x:
        raise ValueError(f"{x} fails {attempts[x]}")
    return x, task_run.run_count


@flow
def main():
    futures = flaky.map([0, 1, 2, 3])
    futures.wait()
    for future in futures:
        print(future.state.name, future.result(raise_on_failure=False))
    print(dict(sorted(attempts.items())))
    return flaky.with_options(retries=0).submit(9, return_state=True).name


print(main())
