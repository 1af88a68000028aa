"""FLOW_PARAMETERS keys by the parameters of the flow around the task."""

import uuid

from segue import flow, task
from segue.cache_policies import FLOW_PARAMETERS

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=FLOW_PARAMETERS)
def work(x):
    calls.append(x)
    return x


@flow
def pipeline(a, salt=salt):
    return [work(x) for x in (1, 2)]


print(pipeline(1))
print(pipeline(1))
print(pipeline(2))
print(calls)
