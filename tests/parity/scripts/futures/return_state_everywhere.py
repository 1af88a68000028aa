from segue import flow, task


@task
def ok(x=1):
    return x


@task
def bad(x=1):
    raise ValueError(f"bad {x}")


@flow
def sub(fail=False):
    return bad() if fail else ok()


@flow
def main():
    for call in (
        lambda: ok(return_state=True), lambda: bad(return_state=True), lambda: ok.submit(return_state=True), lambda: bad.submit(return_state=True),
        lambda: sub(return_state=True), lambda: sub(fail=True, return_state=True),
    ):
        state = call()
        print(type(state).__name__, state.type.value, state.name, state.message)
    states = ok.map([1, 2], return_state=True)
    print(type(states).__name__, [s.result() for s in states])
    print([s.is_failed() for s in bad.map([1, 2], return_state=True)])
    print(ok(return_state=False), ok.submit(5, return_state=False).result())


main()
