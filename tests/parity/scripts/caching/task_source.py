"""TASK_SOURCE keys by the source of the function, whatever the inputs."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS, TASK_SOURCE

salt = uuid.uuid4().hex
calls = []


def make(policy):
    @task(cache_policy=policy)
    def work(x, salt):
        calls.append(x)
        return x

    return work


same_source = make(TASK_SOURCE + (INPUTS - "x"))


@flow
def pipeline():
    return [same_source(x, salt, return_state=True).name for x in (1, 2, 3)]


print(pipeline())
print(pipeline())
print(calls)
