"""The failing task's own rollback hook does not run: nothing of it was staged."""

from segue import flow, task
from segue.transactions import transaction


@task
def writes_then_fails():
    print("half written")
    raise ValueError("disk full")


@writes_then_fails.on_rollback
def clean(txn):
    print("clean", txn.state.name)


@flow
def pipeline():
    with transaction():
        writes_then_fails()


print(pipeline(return_state=True).message)
print(writes_then_fails(return_state=True).name)
