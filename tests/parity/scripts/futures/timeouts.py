import time

from segue import flow, task


@task
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@flow
def main():
    future = sleep.submit(1.5)
    print(future.wait(timeout=0.1))
    print(future.state.is_final())
    try:
        future.result(timeout=0.1)
    except TimeoutError as error:
        print(type(error).__name__, str(error).split(" ")[:2])
    print(future.result(timeout=20))
    print(future.state.name)


main()
