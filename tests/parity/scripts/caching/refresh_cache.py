"""refresh_cache computes again and replaces what was kept."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.settings import SEGUE_TASKS_REFRESH_CACHE, temporary_settings

salt = uuid.uuid4().hex
counter = iter(range(100))


@task(cache_policy=INPUTS)
def work(salt):
    return next(counter)


@flow
def pipeline():
    print("first", work(salt), work(salt))
    print("refreshed", work.with_options(refresh_cache=True)(salt))
    print("afterwards", work(salt))


pipeline()
with temporary_settings({SEGUE_TASKS_REFRESH_CACHE: True}):
    pipeline()
    print("opted out", flow(lambda: work.with_options(refresh_cache=False)(salt), name="out")())
