import time

from segue import flow, task


@task(timeout_seconds=0.3)
def slow():
    time.sleep(5)
    print("never printed")


@task(timeout_seconds=5)
def quick():
    return "quick"


attempts = []


@task(timeout_seconds=0.2, retries=1)
def slow_then_quick():
    attempts.append(1)
    if len(attempts) == 1:
        time.sleep(3)
    return f"attempt {len(attempts)}"


@flow
def main():
    state = slow(return_state=True)
    print(state.type.value, state.name, state.message)
    try:
        slow()
    except Exception as error:
        print(type(error).__name__, error, isinstance(error, TimeoutError))
    print(quick())
    print(slow_then_quick())
    print(quick.timeout_seconds, type(quick.timeout_seconds).__name__)


main()
