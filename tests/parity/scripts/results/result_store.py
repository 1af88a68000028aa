"""A result store writes, reads, lists what exists and refuses what is missing."""

import tempfile
from pathlib import Path

from segue.filesystems import LocalFileSystem
from segue.results import ResultStore, get_result_store

store = ResultStore(result_storage=LocalFileSystem(basepath=tempfile.mkdtemp()))
print(store.exists("a"))
store.write({"x": 1}, key="a")
print(store.exists("a"), store.read("a").result)
record = store.read("a")
print(type(record).__name__, record.metadata.expiration, Path(record.metadata.storage_key).name)
store.write([2], key="a")
print(store.read("a").result)
try:
    store.read("missing")
except Exception as error:
    print(type(error).__name__)
for action in (lambda: store.acquire_lock("a"), lambda: store.is_locked("a")):
    try:
        action()
    except Exception as error:
        print(type(error).__name__)
print(type(get_result_store()).__name__, get_result_store().lock_manager)
