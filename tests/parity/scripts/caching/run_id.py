"""RUN_ID reuses within a run, whatever the inputs, never across runs."""

from segue import flow, task
from segue.cache_policies import RUN_ID

calls = []


@task(cache_policy=RUN_ID)
def work(x):
    calls.append(x)
    return x


@flow
def pipeline():
    return [work(x) for x in (1, 2)]


print(pipeline(), pipeline(), calls)
print([work(x) for x in (7, 8)], "outside a flow each run is its own")
