import threading

from segue import flow, task
from segue.futures import wait

go = threading.Event()


@task
def blocked():
    go.wait(30)
    return "released"


@task
def quick():
    return "quick"


@flow
def main():
    a, b = quick.submit(), blocked.submit()
    result = wait([a, b], timeout=1)
    print(len(result.done), len(result.not_done), result.done == {a}, result.not_done == {b})
    b.wait(timeout=0.05)
    print(b.state.is_final())
    try:
        b.result(timeout=0.05)
    except TimeoutError as error:
        print("TimeoutError", str(error).split()[-5:])
    go.set()
    print(b.result(timeout=20), b.state.name)


main()
