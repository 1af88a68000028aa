from segue.transactions import transaction


def undo(txn):
    print("undo", txn.get("n", None), txn.state.name)


def done(txn):
    print("done", txn.get("n", None), txn.state.name)


with transaction() as txn:
    txn.set("n", 1)
    txn.stage("v", on_rollback_hooks=[undo], on_commit_hooks=[done])
print(txn.state.name)
try:
    with transaction() as txn:
        txn.set("n", 2)
        txn.stage("v", on_rollback_hooks=[undo, undo], on_commit_hooks=[done])
        raise KeyError("stop")
except KeyError:
    print(txn.state.name)
with transaction() as txn:
    txn.set("n", 3)
    txn.stage("v", on_rollback_hooks=[undo])
    print(txn.rollback(), txn.state.name)
print(txn.state.name)
with transaction() as txn:
    txn.set("n", 4)
    txn.stage("v", on_commit_hooks=[done])
    print(txn.commit(), txn.state.name)
print(txn.state.name)
