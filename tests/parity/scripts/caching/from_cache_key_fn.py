"""A policy made from a function can be added to other policies."""

import uuid

from segue import flow, task
from segue.cache_policies import INPUTS, CachePolicy

salt = uuid.uuid4().hex
day = ["monday"]
by_day = CachePolicy.from_cache_key_fn(lambda context, parameters: f"{salt}{day[0]}")
calls = []


@task(cache_policy=by_day)
def daily(x):
    calls.append(("daily", x))
    return x


@task(cache_policy=by_day + INPUTS)
def daily_per_input(x):
    calls.append(("both", x))
    return x


@flow
def pipeline():
    return [made(x, return_state=True).name for made in (daily, daily_per_input) for x in (1, 2, 1)]


print(pipeline())
day[0] = "tuesday"
print(pipeline())
print(calls)
print(type(by_day).__name__, type(by_day + INPUTS).__name__)
