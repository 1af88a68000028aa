from segue import task, flow
from segue.filesystems import LocalFileSystem
from segue.locking.memory import MemoryLockManager
from segue.results import ResultStore
from segue.transactions import CommitMode, IsolationLevel, TransactionState, get_transaction, transaction

print([m.name for m in CommitMode], [i.name for i in IsolationLevel], [s.name for s in TransactionState])
store = ResultStore(result_storage=LocalFileSystem(basepath="here"), lock_manager=MemoryLockManager())
with transaction(key="k", store=store, isolation_level=IsolationLevel.SERIALIZABLE) as txn:
    print(txn.state.name, txn.isolation_level.name, txn.commit_mode.name, txn.key, store.is_locked("k"), store.is_lock_holder("k"))
    txn.stage("value")
    print(txn.state.name, txn.is_staged(), txn.is_committed(), txn.is_active(), txn.is_pending())
print(txn.state.name, txn.is_committed(), store.is_locked("k"), store.read("k").result)
with transaction(key="k", store=store) as again:
    print(again.state.name, again.is_committed(), again.read().result)
with transaction(key="k", store=store, overwrite=True) as over:
    print(over.state.name, over.is_committed())
    over.stage("new")
print(store.read("k").result)
with transaction(key="off", store=store, commit_mode=CommitMode.OFF) as off:
    off.stage("never")
print(off.state.name, store.exists("off"))
with transaction(key="nowrite", store=store, write_on_commit=False) as quiet:
    quiet.stage("never")
print(quiet.state.name, store.exists("nowrite"))
try:
    with transaction(key="bad", store=store) as bad:
        bad.stage("x")
        raise ValueError("inside")
except ValueError as error:
    print(error, bad.state.name, bad.is_rolled_back(), store.exists("bad"))
print(get_transaction())
with transaction() as outer:
    print(get_transaction() is outer, outer.key is not None)
    with transaction() as inner:
        print(outer.children == [inner], get_transaction() is inner, inner.commit_mode.name)
    print(inner.state.name)
print(inner.state.name, outer.state.name)
