"""Inside a flow the store comes from the flow; the second run sees the commit."""

import tempfile
import uuid
from pathlib import Path

from segue import flow
from segue.transactions import transaction

folder = Path(tempfile.mkdtemp())
key = uuid.uuid4().hex


@flow(result_storage=folder, persist_result=True)
def pipeline():
    with transaction(key=key) as txn:
        if txn.is_committed():
            return "skipped " + str(txn.read().result)
        txn.stage({"rows": 3})
        return "worked"


print(pipeline())
print(pipeline())
print((folder / key).exists())
