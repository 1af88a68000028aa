"""A transaction goes from active to committed or rolled back."""

from segue.transactions import CommitMode, TransactionState, transaction

print([state.name for state in TransactionState], [mode.name for mode in CommitMode])
with transaction() as txn:
    print(txn.state.name, txn.is_active(), txn.commit_mode.name, txn.isolation_level.name, txn.key)
    txn.stage("value")
    print(txn.state.name, txn.is_staged())
print(txn.state.name, txn.is_committed())
try:
    with transaction() as txn:
        raise ValueError("no")
except ValueError as error:
    print("raised", error)
print(txn.state.name, txn.is_rolled_back())
with transaction(commit_mode=CommitMode.OFF) as txn:
    pass
print(txn.state.name)
with transaction(commit_mode=CommitMode.OFF) as txn:
    print(txn.commit(), txn.commit(), txn.rollback())
print(txn.state.name)
