"""The JSON serializer keeps plain data, and models by their class."""

import json
import tempfile
from pathlib import Path

from pydantic import BaseModel

from segue import flow, task

folder = Path(tempfile.mkdtemp())


class Point(BaseModel):
    x: int
    y: int


@task(persist_result=True, result_serializer="json", result_storage=folder, result_storage_key="plain")
def plain():
    return {"rows": [1, 2, 3], "ok": True, "none": None}


@flow
def pipeline():
    return plain()


print(pipeline())
record = json.loads((folder / "plain").read_text())
print(sorted(record))
print(record["metadata"]["serializer"]["type"], record["metadata"]["storage_key"].endswith("plain"))
print(json.loads(record["result"]))
