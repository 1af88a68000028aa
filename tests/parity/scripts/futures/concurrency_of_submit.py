import threading
import time

from segue import flow, task

together = threading.Barrier(4)


@task
def meet(name):
    together.wait(timeout=10)
    return name


@task
def nap():
    time.sleep(0.5)


@flow
def main():
    futures = [meet.submit(name) for name in "abcd"]
    print([future.result() for future in futures])
    started = time.monotonic()
    for future in [nap.submit() for _ in range(8)]:
        future.wait()
    print("bounded by the slowest", time.monotonic() - started < 2.5)
    print(threading.current_thread() is threading.main_thread())


main()
