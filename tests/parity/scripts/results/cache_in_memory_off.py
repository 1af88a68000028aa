"""cache_result_in_memory=False still hands out the value, read from storage."""

from segue import flow, task


@task(persist_result=True, cache_result_in_memory=False)
def fresh():
    return [1, 2, 3]


@task(cache_result_in_memory=False)
def unkept():
    return "value"


@flow
def pipeline():
    first = fresh(return_state=True)
    second = unkept(return_state=True)
    return first.result(), second.result(), fresh()


print(pipeline())
