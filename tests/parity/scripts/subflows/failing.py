from segue import flow, task
from segue.states import Failed


@flow
def fails(how: str):
    if how == "raise":
        raise ValueError("child raised")
    if how == "state":
        return Failed(message="child said so")
    return "fine"


@flow
def uncaught():
    fails("raise")
    return "not reached"


@flow
def caught():
    try:
        fails("raise")
    except ValueError as error:
        return f"caught {error}"


@flow
def with_state():
    states = [fails(how, return_state=True) for how in ("raise", "state", "fine")]
    print([(state.name, state.message) for state in states])
    return "parent fine"


@flow
def returns_child_states():
    return [fails(how, return_state=True) for how in ("raise", "fine")]


@flow
def failed_state_raises():
    return fails("state")


for each in (uncaught, caught, with_state, returns_child_states, failed_state_raises):
    state = each(return_state=True)
    print(each.name, state.name, state.message)
