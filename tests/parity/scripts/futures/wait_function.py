import time

from segue import flow, task
from segue.futures import wait


@task
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@task
def fail():
    raise ValueError("no")


@flow
def main():
    futures = [sleep.submit(0), fail.submit(), sleep.submit(0.1)]
    done, not_done = wait(futures)
    print(len(done), len(not_done), type(done).__name__)
    print(sorted(future.state.name for future in done))

    quick, slow = sleep.submit(0), sleep.submit(2)
    quick.wait()
    outcome = wait([quick, slow], timeout=0.5)
    print(quick in outcome.done, slow in outcome.not_done, len(outcome.done), len(outcome.not_done))
    print(type(outcome).__name__)
    slow.wait()
    print([len(part) for part in wait([slow])])
    print(wait([]))


main()
