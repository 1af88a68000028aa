"""An expired result is computed again and kept again."""

import uuid
from datetime import timedelta

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=INPUTS, cache_expiration=timedelta(days=1))
def lasting(salt):
    calls.append("lasting")
    return "lasting"


@task(cache_policy=INPUTS, cache_expiration=timedelta(microseconds=1))
def fleeting(salt, other):
    calls.append("fleeting")
    return "fleeting"


@flow
def pipeline():
    return [lasting(salt, return_state=True).name, fleeting(salt, 1, return_state=True).name]


print(pipeline())
print(pipeline())
print(calls)
