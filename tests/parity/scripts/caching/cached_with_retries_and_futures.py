"""Submitted and mapped tasks reuse results like called ones; the order does not matter."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex
calls = []


@task(cache_policy=INPUTS, retries=1)
def work(x, salt):
    calls.append(x)
    return x * x


@flow
def pipeline():
    first = work.map([1, 2, 3], salt)
    values = first.result()
    second = work.map([3, 2, 1, 4], salt)
    return values, second.result(), [future.state.name for future in second]


print(pipeline())
print(sorted(calls))
