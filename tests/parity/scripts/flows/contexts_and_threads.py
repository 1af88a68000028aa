import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from segue import flow, task
from segue.context import FlowRunContext
from segue.runtime import flow_run


@contextlib.contextmanager
def resource(name):
    print("open", name)
    try:
        yield name
    finally:
        print("close", name)


@task
def use(name):
    if name == "bad":
        raise ValueError("bad resource")
    return f"used {name}"


@flow
def main(name: str):
    with resource(name) as opened:
        print(use(opened))
    print(flow_run.id is not None)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(FlowRunContext.get()))
    thread.start()
    thread.join()
    print(seen)
    with ThreadPoolExecutor() as pool:
        print(list(pool.map(use.fn, ["a", "b"])))


main("good")
print(main("bad", return_state=True).message)
