"""Each task has its own transaction; a transaction can also live inside one task."""

from segue import flow, task
from segue.transactions import get_transaction, transaction


@task
def step(name):
    print("step", name, get_transaction().state.name, get_transaction().get_parent() is not None)


step.on_commit(lambda txn: print("commit step"))
step.on_rollback(lambda txn: print("rollback step"))


@task
def group(fail):
    with transaction():
        step("a")
        step("b")
        if fail:
            raise ValueError("group fails")


@flow
def pipeline(fail):
    print(get_transaction())
    group(fail)


print(pipeline(False, return_state=True).name)
print(pipeline(True, return_state=True).name)
