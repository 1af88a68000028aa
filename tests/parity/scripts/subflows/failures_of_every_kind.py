from segue import flow, task
from segue.states import Failed


@flow
def raises():
    raise ValueError("child")


@flow
def returns():
    return Failed(message="returned")


@flow
def fine():
    return 1


@task
def uses(x):
    return x


def attempt(label, fn):
    @flow(name=label)
    def parent():
        return fn()

    try:
        got = parent()
        print(label, [type(each).__name__ for each in got] if isinstance(got, list) else repr(got))
    except Exception as error:
        print(label, "raised", type(error).__name__, str(error).split("'")[0])
    state = parent(return_state=True)
    print("   ", state.type.value, state.message)


def caught():
    try:
        raises()
    except ValueError as error:
        return f"caught {error}"


attempt("raises", raises)
attempt("returns", returns)
attempt("caught", caught)
attempt("state", lambda: raises(return_state=True))
attempt("state ignored", lambda: raises(return_state=True) and 5)
attempt("states", lambda: [raises(return_state=True), fine(return_state=True)])
attempt("uses good state", lambda: uses(fine(return_state=True)))
attempt("task in between", lambda: task(name="between")(lambda: raises())())
