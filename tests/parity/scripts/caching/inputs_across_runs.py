"""INPUTS reuses a result across runs and across tasks of equal name or not."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=INPUTS)
def work(x, salt):
    calls.append(x)
    return x + 1


@task(cache_policy=INPUTS)
def other(x, salt):
    return "other"


@flow
def pipeline(x):
    state = work(x, salt, return_state=True)
    return state.name, state.type.value, state.result()


print(pipeline(1))
print(pipeline(1))
print(pipeline(2))
print(calls)
print(flow(lambda: other(1, salt), name="mixed")())
