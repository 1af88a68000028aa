from segue import flow, task
from segue.states import Cancelled, Completed, Failed


@task
def look(n: int):
    if n == 0:
        return Completed(name="Nothing", message="nothing new")
    if n < 0:
        return Failed(message="negative", name="Refused")
    return list(range(n))


@task(name="handle")
def handle(items: list[int]) -> int:
    return sum(items)


@flow
def poll(n: int):
    state = look(n, return_state=True)
    match state.name:
        case "Nothing":
            return Completed(name="Skipped", message=state.message)
        case "Refused":
            return Cancelled(message="asked to stop")
        case "Completed":
            return handle(state.result())


@flow
def supervise():
    outcomes = []
    for n in (3, 0, -1):
        state = poll(n, return_state=True)
        outcomes.append((state.type.value, state.name, state.message))
    return outcomes


for outcome in supervise():
    print(outcome)
print(poll(4), poll(0))
try:
    poll(-1)
except Exception as error:
    print(type(error).__name__, error)


@flow
def any_failure():
    states = [poll(n, return_state=True) for n in (2, 0, -1)]
    if any(state.is_cancelled() for state in states):
        return Failed(message=f"{sum(state.is_completed() for state in states)} of {len(states)}")


state = any_failure(return_state=True)
print(state.type.value, state.name, state.message)
