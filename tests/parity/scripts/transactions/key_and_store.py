"""A key makes a transaction happen once; overwrite makes it happen again."""

import tempfile

from segue.filesystems import LocalFileSystem
from segue.results import ResultStore
from segue.transactions import transaction

store = ResultStore(result_storage=LocalFileSystem(basepath=tempfile.mkdtemp()))
for label, overwrite in (("first", False), ("second", False), ("third", True), ("fourth", False)):
    with transaction(key="daily", store=store, overwrite=overwrite) as txn:
        if txn.is_committed():
            print(label, "already there:", txn.read().result)
        else:
            print(label, "works")
            txn.stage(f"made by {label}")
with transaction(key="silent", store=store, write_on_commit=False) as txn:
    txn.stage("not written")
print(txn.state.name, store.exists("silent"))
try:
    with transaction(key="failing", store=store) as txn:
        txn.stage("lost")
        raise ValueError("no")
except ValueError:
    print(store.exists("failing"), txn.state.name)
