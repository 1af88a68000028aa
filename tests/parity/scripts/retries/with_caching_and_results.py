from segue import flow, task
from segue.cache_policies import INPUTS

runs = []


@task(retries=2, cache_policy=INPUTS, persist_result=True)
def flaky(x):
    runs.append(x)
    if len(runs) < 3:
        raise ValueError(len(runs))
    return x * 10


@flow
def main():
    first = flaky(4, return_state=True)
    second = flaky(4, return_state=True)
    return first.name, second.name, first.result(), second.result()


print(main(), runs)
