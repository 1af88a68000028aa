import time

from segue import flow, task

finished = []


@task
def slow(x):
    time.sleep(0.3)
    finished.append(x)


@task
def fail():
    raise ValueError("nobody looks")


@flow
def main():
    for x in range(3):
        slow.submit(x)
    fail.submit()
    return "returned"


state = main(return_state=True)
print(state.name, state.result(), sorted(finished))
