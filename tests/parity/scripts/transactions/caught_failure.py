"""A failed task rolls the transaction around it back, though its error was caught."""

from segue import flow, task
from segue.transactions import transaction


@task
def good(name):
    print("good", name)
    return name


good.on_rollback(lambda txn: print("undo good"))
good.on_commit(lambda txn: print("keep good"))


@task
def bad():
    raise ValueError("bad")


@flow
def pipeline():
    with transaction() as txn:
        good("first")
        state = bad(return_state=True)
        print("caught", state.name, txn.state.name)
        good("second")
    print("end", txn.state.name)
    return "done"


print(pipeline())
