from pathlib import Path

from segue.filesystems import LocalFileSystem
from segue.results import ResultStore
from segue.transactions import transaction

store = ResultStore(result_storage=LocalFileSystem(basepath="kept"))
with transaction(key="k", store=store) as txn:
    print(txn.is_committed(), txn.read())
    txn.stage({"v": 1}, on_commit_hooks=[lambda t: print("commit", t.key)], on_rollback_hooks=[lambda t: print("rollback")])
    print(txn.is_staged(), store.exists("k"))
print(txn.state.name, store.exists("k"), store.read("k").result)
with transaction(key="k", store=store) as txn:
    print(txn.is_committed(), txn.read().result)
with transaction(key="k", store=store, overwrite=True) as txn:
    print(txn.is_committed())
    txn.stage({"v": 2})
print(store.read("k").result)
with transaction(key="none", store=store, write_on_commit=False) as txn:
    txn.stage(3)
print(txn.state.name, store.exists("none"))
try:
    with transaction(key="bad", store=store) as txn:
        txn.stage(1, on_rollback_hooks=[lambda t: print("rollback", t.key)])
        raise ValueError("no")
except ValueError as error:
    print("ValueError", error, txn.state.name, txn.is_rolled_back(), store.exists("bad"))
