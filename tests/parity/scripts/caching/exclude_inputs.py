"""INPUTS - "name" ignores that argument; the algebra keeps the exclusions."""

import uuid

from segue import flow, task
from segue.cache_policies import DEFAULT, INPUTS, RUN_ID, TASK_SOURCE

salt = uuid.uuid4().hex


@task(cache_policy=INPUTS - "debug")
def work(x, salt, debug=False):
    return (x, debug)


@task(cache_policy=(TASK_SOURCE + INPUTS) - "debug" - "noise")
def careful(x, salt, debug, noise):
    return (x, debug, noise)


@flow
def pipeline():
    print(work(1, salt), work(1, salt, debug=True), work(2, salt, debug=True))
    print(careful(1, salt, 1, 1), careful(1, salt, 2, 3), careful(4, salt, 2, 3))


pipeline()
print((INPUTS - "a" - "b").exclude)
print(type(RUN_ID - "a").__name__)
try:
    DEFAULT - 5
except TypeError as error:
    print(type(error).__name__)
