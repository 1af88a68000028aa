from segue import flow, task
from segue.states import Completed, Failed, State, StateType


@task
def always_fails_task():
    raise ValueError("I fail successfully")


@task
def always_succeeds_task():
    return "foo"


@flow
def fails_in_a_future():
    always_fails_task.submit().result(raise_on_failure=False)
    return "unaffected"


@flow
def returns_the_future():
    x = always_fails_task.submit()
    y = always_succeeds_task.submit(wait_for=[])
    return y


@flow
def mixed():
    x = always_fails_task.submit()
    y = always_succeeds_task.submit()
    return x, y


@flow
def custom():
    x = always_fails_task(return_state=True)
    if x.is_failed():
        return Completed(message="I am happy with this result", name="Fine")
    return Failed(message="how did this happen!?")


@flow
def raises():
    always_fails_task()
    return "never"


@flow
def explicit():
    return State(type=StateType.COMPLETED, name="Explicit", message="made by hand", data={"k": 1})


for each in (fails_in_a_future, returns_the_future, mixed, custom, raises, explicit):
    state = each(return_state=True)
    result = state.result(raise_on_failure=False)
    shown = [one.name for one in result] if isinstance(result, tuple) else str(result)
    print(each.name, "|", state.type.value, state.name, "|", state.message, "|", shown)
print(explicit())
