from functools import partial

from segue import flow, task
from segue.transactions import transaction


def undo(txn, label="default"):
    print("undo", label)


@task(on_rollback=None) if False else task
def step():
    return 1


step.on_rollback(undo)
step.on_rollback(partial(undo, label="partial"))


@step.on_rollback
def broken(txn):
    print("broken")
    raise RuntimeError("in rollback")


step.on_rollback(partial(undo, label="last"))


@flow
def main():
    with transaction():
        step()
        raise ValueError("stop")


state = main(return_state=True)
print(state.name, state.message)
