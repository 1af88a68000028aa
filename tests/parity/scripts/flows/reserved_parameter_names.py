from segue import flow, task


def attempt(label, make):
    try:
        made = make()
        print(label, "ok", made.name)
    except Exception as error:
        print(label, type(error).__name__, "-", str(error).splitlines()[0])


def with_return_state(return_state):
    return return_state


def with_wait_for(wait_for):
    return wait_for


attempt("flow return_state", lambda: flow(with_return_state))
attempt("flow wait_for", lambda: flow(with_wait_for))
attempt("task return_state", lambda: task(with_return_state))
attempt("task wait_for", lambda: task(with_wait_for))
