import threading

from segue import flow, task

go = threading.Event()


@task
def work(x):
    if x == "block":
        go.wait(30)
    if x == "fail":
        raise ValueError("failed")
    return x


@flow
def main():
    futures = work.map(["a", "block"])
    futures.wait(timeout=0.3)
    try:
        futures.result(timeout=0.2)
    except TimeoutError as error:
        print("TimeoutError", error)
    go.set()
    print(futures.result(timeout=20))
    mixed = work.map(["a", "fail", "b"])
    try:
        mixed.result()
    except ValueError as error:
        print("ValueError", error)
    print([r if isinstance(r, str) else type(r).__name__ for r in mixed.result(raise_on_failure=False)])
    print([f.state.name for f in mixed])


print(main(return_state=True).name)
