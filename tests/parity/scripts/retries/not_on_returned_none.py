from segue import flow, task
from segue.states import Cancelled, Completed, Crashed, Failed

calls = {}


@task(retries=2)
def give(name):
    state = {each.name: each for each in (Completed(), Failed(), Crashed(), Cancelled())}[name]
    calls[state.name] = calls.get(state.name, 0) + 1
    return state


@flow
def main():
    out = []
    for state in ("Completed", "Failed", "Crashed", "Cancelled"):
        out.append(give.submit(state, return_state=True).name)
    return out


try:
    print(main())
except Exception as error:
    print(type(error).__name__, error)
print(calls)
