"""A task whose transaction rolled back is not reused by the next run."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.transactions import transaction

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=INPUTS)
def load(salt):
    calls.append(1)
    return len(calls)


@flow
def pipeline(fail):
    with transaction():
        print(load(salt))
        if fail:
            raise ValueError("later step fails")


print(pipeline(True, return_state=True).name)
print(pipeline(False, return_state=True).name)
print(pipeline(False, return_state=True).name)
print(len(calls))
