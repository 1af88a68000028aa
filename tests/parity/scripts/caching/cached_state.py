"""A reused result shows as COMPLETED with the name Cached and a message of its own."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS

salt = uuid.uuid4().hex


@task(cache_policy=INPUTS)
def work(salt):
    return "value"


@flow
def pipeline():
    for _ in range(2):
        state = work(salt, return_state=True)
        print(state.type.value, state.name, state.message, state.is_completed(), state.result())


pipeline()
