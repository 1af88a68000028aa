from segue import State, flow, task


@task
def divide(a, b):
    return a / b


@flow
def ratio(a: int, b: int):
    return divide(a, b)


state = ratio(6, 3, return_state=True)
print(isinstance(state, State), state.is_completed(), state.result())

state = ratio(1, 0, return_state=True)
print(state.is_failed(), state.name, state.message)
print(type(state.result(raise_on_failure=False)).__name__)
try:
    state.result()
except ZeroDivisionError as error:
    print("reraised", error)

state = ratio("x", 1, return_state=True)
print(state.name, state.message.splitlines()[0])
print(type(state.result(raise_on_failure=False)).__name__)


@flow
def inner_states():
    good = divide(4, 2, return_state=True)
    bad = divide(4, 0, return_state=True)
    print(good.name, good.result(), bad.name, bad.message)
    print(repr(bad.result(raise_on_failure=False)))
    sub = ratio(9, 3, return_state=True)
    print(sub.name, sub.result())
    return "done"


print(inner_states())
