"""A commit hook that raises turns the commit into a rollback, without raising."""

from segue.transactions import transaction


def fine(txn):
    print("fine")


def broken(txn):
    raise RuntimeError("hook broke")


with transaction() as txn:
    txn.stage(1, on_commit_hooks=[fine, broken, fine], on_rollback_hooks=[lambda t: print("undone")])
print(txn.state.name)
try:
    with transaction() as txn:
        txn.stage(1, on_rollback_hooks=[broken, fine])
        raise ValueError("body broke")
except ValueError as error:
    print("raised", error)
