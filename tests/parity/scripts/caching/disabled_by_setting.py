"""A setting makes NO_CACHE the default; another disables caching altogether."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.settings import SEGUE_TASKS_DEFAULT_NO_CACHE, SEGUE_TASKS_DISABLE_CACHING, temporary_settings


def body(salt):
    return 1


@flow(persist_result=True)
def pipeline(made, salt):
    return [made(salt, return_state=True).name for _ in range(2)]


with temporary_settings({SEGUE_TASKS_DEFAULT_NO_CACHE: True}):
    print(type(task(body).cache_policy).__name__, type(task(body, cache_policy=INPUTS).cache_policy).__name__)
    print(pipeline(task(body), uuid.uuid4().hex), pipeline(task(body, cache_policy=INPUTS), uuid.uuid4().hex))
with temporary_settings({SEGUE_TASKS_DISABLE_CACHING: True}):
    print(pipeline(task(body), uuid.uuid4().hex), pipeline(task(body, cache_policy=INPUTS), uuid.uuid4().hex))
print(pipeline(task(body), uuid.uuid4().hex), pipeline(task(body, cache_policy=INPUTS), uuid.uuid4().hex))
