"""NO_CACHE never reuses and is the neutral element of the algebra."""

from segue import flow, task
from segue.cache_policies import INPUTS, NO_CACHE, TASK_SOURCE

calls = []


@task(cache_policy=NO_CACHE, persist_result=True)
def work(x):
    calls.append(x)
    return x


@flow
def pipeline():
    return [work(1, return_state=True).name for _ in range(3)]


print(pipeline(), len(calls))
print((INPUTS + NO_CACHE) == INPUTS, (NO_CACHE + INPUTS) == INPUTS)
both = INPUTS + TASK_SOURCE
print(type(both).__name__, sorted(type(policy).__name__ for policy in both.policies))
print(type(both + NO_CACHE).__name__, len((both + TASK_SOURCE).policies))
