"""The JSON serializer keeps plain data as JSON, and the record says so."""

import tempfile
from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem
from segue.results import ResultStore

folder = Path(tempfile.mkdtemp())


@task(persist_result=True, result_serializer="json", result_storage=folder, result_storage_key="plain")
def plain():
    return {"rows": [1, 2, 3], "ok": True, "none": None}


@flow
def pipeline():
    return plain()


print(pipeline())
record = ResultStore(result_storage=LocalFileSystem(basepath=str(folder))).read("plain")
print(record.metadata.serializer.type, record.result)
print(record.metadata.storage_key.endswith("plain"), record.metadata.expiration)
print("rows" in (folder / "plain").read_text())
