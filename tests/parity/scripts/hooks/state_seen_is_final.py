from segue import flow, task


def look(thing, run, state):
    print(thing.name, state.type.value, run.state.type.value if run.state else None, state.is_final())


@task(retries=1, on_failure=[look], on_running=[look], on_completion=[look])
def step():
    raise ValueError("x")


@flow(on_running=[look], on_failure=[look], on_completion=[look])
def main():
    step(return_state=True)
    step.submit().wait()
    return 5


print(main())
