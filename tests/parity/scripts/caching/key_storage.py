"""Cache keys can lie apart from the results they point to."""

import tempfile
import uuid
from pathlib import Path

from segue import flow, task
from segue.cache_policies import INPUTS

keys = Path(tempfile.mkdtemp())
results = Path(tempfile.mkdtemp())
salt = uuid.uuid4().hex


@task(cache_policy=INPUTS.configure(key_storage=keys), result_storage=results, persist_result=True)
def work(x, salt):
    return x * 3


@flow
def pipeline():
    return [work(x, salt, return_state=True).name for x in (1, 2, 1)]


print(pipeline())
print(len(list(keys.iterdir())), len(list(results.iterdir())))
print(sorted(path.name for path in keys.iterdir()) == sorted(path.name for path in results.iterdir()))
