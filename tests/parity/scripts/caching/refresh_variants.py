import os

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.settings import SEGUE_TASKS_REFRESH_CACHE, temporary_settings

runs = []


@task(cache_policy=INPUTS, persist_result=True)
def plain(x):
    runs.append(x)
    return len(runs)


@task(cache_policy=INPUTS, persist_result=True, refresh_cache=False)
def stubborn(x):
    runs.append(("stubborn", x))
    return len(runs)


@flow
def main():
    print(plain(1), plain(1), plain.with_options(refresh_cache=True)(1), plain(1))
    with temporary_settings({SEGUE_TASKS_REFRESH_CACHE: True}):
        print(plain(1), plain.with_options(refresh_cache=False)(1))
        print(stubborn(1), stubborn(1))
    print(plain(1, return_state=True).name)


main()
print(runs)
