import time

from segue import flow, task
from segue.futures import as_completed


@task
def nap(seconds):
    time.sleep(seconds)
    return seconds


@flow
def main():
    futures = [nap.submit(s) for s in (0.01, 3)]
    got = []
    try:
        for future in as_completed(futures, timeout=1.0):
            got.append(future.result())
    except TimeoutError as error:
        print("TimeoutError", error)
    print(got)
    print([f.result() for f in futures])
    print(sorted(f.result() for f in as_completed(futures)))
    print(list(as_completed([])))


main()
