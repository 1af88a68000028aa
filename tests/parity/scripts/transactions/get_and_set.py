"""Values set in a transaction are copies, seen by its children and by hooks."""

from segue import flow, task
from segue.transactions import get_transaction, transaction


@task
def write(name):
    get_transaction().set("path", name)
    get_transaction().set("rows", [1])


@write.on_rollback
def undo(txn):
    print("undo", txn.get("path"), txn.get("shared"), txn.get("missing", default="default"))


@flow
def pipeline():
    with transaction() as txn:
        txn.set("shared", {"k": 1})
        txn.get("shared")["k"] = 2
        print(txn.get("shared"))
        write("a.txt")
        with transaction() as inner:
            print(inner.get("shared"), inner.get("none", "fallback"))
            inner.set("shared", "own")
            print(inner.get("shared"), txn.get("shared"))
        try:
            txn.get("unknown")
        except ValueError as error:
            print(type(error).__name__)
        raise RuntimeError("stop")


print(pipeline(return_state=True).name)
print(get_transaction())
