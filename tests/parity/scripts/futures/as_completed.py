import time

from segue import flow, task
from segue.futures import as_completed


@task
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@flow
def main():
    futures = [sleep.submit(0.9), sleep.submit(0), sleep.submit(0.45)]
    for future in as_completed(futures):
        print(future.result(), future.state.name)
    slow = sleep.submit(2)
    try:
        for future in as_completed([slow], timeout=0.2):
            print("unexpected", future)
    except TimeoutError as error:
        print(isinstance(error, TimeoutError), error)
    print(list(as_completed([])))
    slow.wait()


main()
