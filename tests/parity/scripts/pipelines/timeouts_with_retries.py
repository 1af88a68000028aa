import time

from segue import flow, task

tries = {"sync": 0, "child": 0}


@task(timeout_seconds=0.3, retries=2, retry_delay_seconds=0)
def sometimes_slow() -> str:
    tries["sync"] += 1
    if tries["sync"] < 3:
        time.sleep(3)
    return f"try {tries['sync']}"


@task(timeout_seconds=0.3, retries=1)
def always_slow():
    time.sleep(3)


@flow(timeout_seconds=0.5, retries=1)
def child():
    tries["child"] += 1
    if tries["child"] == 1:
        time.sleep(3)
    return f"child {tries['child']}"


@flow
def main():
    print(sometimes_slow())
    state = always_slow(return_state=True)
    print(state.type.value, state.name, state.message)
    try:
        always_slow()
    except TimeoutError as error:
        print(type(error).__name__, error)
    return child()


print(main())
