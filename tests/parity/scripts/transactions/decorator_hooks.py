"""Hooks can be added by decorator; outside a transaction each task is its own."""

from segue import flow, task
from segue.transactions import transaction


@task
def write():
    print("write")


@write.on_commit
def committed(txn):
    print("committed", txn.is_committed())


@write.on_rollback
def undo(txn):
    print("undo")


@flow
def alone():
    write()
    print("after write")
    raise RuntimeError("too late to undo")


@flow
def grouped():
    with transaction():
        write()
        print("after write")
        raise RuntimeError("in time to undo")


print(alone(return_state=True).name)
print(grouped(return_state=True).name)
