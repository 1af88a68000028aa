import threading

from segue import flow, task
from segue.futures import as_completed, wait

gate = threading.Event()


@task
def slow():
    gate.wait(20)
    return "late"


@task
def quick():
    return "now"


@flow
def main():
    late = slow.submit()
    soon = quick.submit()
    soon.wait()
    done, not_done = wait([late, soon], timeout=0.5)
    print(len(done), len(not_done), done.pop().result())
    try:
        late.result(timeout=0.1)
    except TimeoutError as error:
        print("TimeoutError", "did not complete within 0.1 seconds" in str(error))
    print(late.wait(timeout=0.1), late.state.type.value in ("PENDING", "RUNNING"))
    try:
        for future in as_completed([late, soon], timeout=0.5):
            print("completed", future.result())
    except TimeoutError as error:
        print("TimeoutError", error)
    gate.set()
    print(late.result(timeout=10), late.state.name)
    print(wait([]), list(as_completed([])))


main()
