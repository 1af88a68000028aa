"""Failures are not kept: the next call tries again."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
attempts = []


@task(cache_policy=INPUTS)
def flaky(salt):
    attempts.append(1)
    if len(attempts) < 2:
        raise RuntimeError("first time fails")
    return "fine"


@flow
def pipeline():
    return [flaky(salt, return_state=True).name for _ in range(3)]


print(pipeline(), len(attempts))
