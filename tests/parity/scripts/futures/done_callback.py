import threading

from segue import flow, task


@task
def work(x):
    if x < 0:
        raise ValueError("negative")
    return x


@flow
def main():
    seen = []
    called = threading.Event()

    def on_done(future):
        seen.append(repr(future.result(raise_on_failure=False)))
        called.set()

    for value in (1, -1):
        future = work.submit(value)
        future.add_done_callback(on_done)
        future.wait()
        print(called.wait(5))
        called.clear()

    finished = work.submit(2)
    finished.wait()
    finished.add_done_callback(on_done)
    print(called.wait(5))
    print(seen)


main()
