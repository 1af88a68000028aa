"""task_input_hash depends on the inputs and on the task's own code."""

import uuid

from segue import flow, task
from segue.tasks import task_input_hash

salt = uuid.uuid4().hex


@task(cache_key_fn=task_input_hash)
def first(x, salt):
    return ("first", x)


@task(cache_key_fn=task_input_hash)
def second(x, salt):
    return ("second", x)


@flow
def pipeline():
    for made in (first, second, first, second):
        state = made(1, salt, return_state=True)
        print(made.name, state.name, state.result())


pipeline()
