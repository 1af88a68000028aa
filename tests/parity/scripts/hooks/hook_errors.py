from segue import flow, task

calls = []


def broken(thing, run, state):
    calls.append("broken")
    raise RuntimeError("hook broke")


def fine(thing, run, state):
    calls.append("fine")


@task(on_completion=[broken, fine])
def step():
    return "step"


@flow(on_completion=[broken, fine], on_running=[broken])
def main():
    return step()


state = main(return_state=True)
print(state.name, state.result(), calls)
