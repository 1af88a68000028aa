from segue.transactions import TransactionState, transaction

print([s.name for s in TransactionState])
with transaction() as txn:
    txn.stage("v", on_rollback_hooks=[lambda t: print("undone")], on_commit_hooks=[lambda t: print("done")])
    print(txn.rollback(), txn.state.name)
print(txn.state.name, txn.is_rolled_back(), txn.is_active())
with transaction() as txn:
    txn.stage("v", on_rollback_hooks=[lambda t: print("undone")], on_commit_hooks=[lambda t: print("done")])
    print(txn.commit(), txn.state.name)
    print(txn.commit(), txn.rollback(), txn.state.name)
print(txn.state.name)
with transaction(commit_mode="EAGER") as txn:
    print(txn.commit_mode, txn.state.name, txn.is_pending())
