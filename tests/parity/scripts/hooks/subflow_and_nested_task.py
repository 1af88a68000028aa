from segue import flow, task
from segue.runtime import flow_run as here


def hook(thing, run, state):
    print(type(thing).__name__, thing.name, state.name, here.flow_name if state.is_final() else None)


@task(on_completion=[hook])
def inner():
    return 1


@task(on_completion=[hook])
def outer():
    return inner()


@flow(on_completion=[hook], on_running=[hook])
def child():
    return outer()


@flow(on_completion=[hook], on_running=[hook])
def parent():
    return child()


parent()
outer()
