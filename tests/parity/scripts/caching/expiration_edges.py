import time
from datetime import timedelta

from segue import flow, task
from segue.cache_policies import INPUTS

runs = []


@task(cache_policy=INPUTS, persist_result=True, cache_expiration=timedelta(seconds=0.4))
def short(x):
    runs.append(x)
    return len(runs)


@task(cache_policy=INPUTS, persist_result=True, cache_expiration=timedelta(days=1))
def long(x):
    runs.append(("long", x))
    return len(runs)


@flow
def main():
    states = [short(1, return_state=True), short(1, return_state=True)]
    time.sleep(0.8)
    states.append(short(1, return_state=True))
    print([s.name for s in states])
    print(long(1), long(1))


main()
main()
print(runs)
