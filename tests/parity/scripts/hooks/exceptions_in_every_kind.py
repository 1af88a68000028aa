from segue import flow, task


def bad(thing, run, state):
    print("bad hook for", thing.name, state.name)
    raise RuntimeError("hook failed")


def good(thing, run, state):
    print("good hook for", thing.name, state.name)


@task(on_completion=[bad, good], on_failure=[bad, good], on_running=[bad, good])
def step(fail=False):
    print("body", fail)
    if fail:
        raise ValueError("step failed")
    return 1


@flow(on_completion=[bad, good], on_failure=[bad, good], on_running=[bad, good])
def main(fail=False):
    return step(fail)


print(main())
print(main(True, return_state=True).name)
