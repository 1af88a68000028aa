"""Inputs that cannot be hashed are no error: the task just runs uncached."""

import threading

from segue import flow, task
from segue.cache_policies import INPUTS


@task(cache_policy=INPUTS)
def work(lock):
    return type(lock).__name__


@task(cache_policy=INPUTS - "lock")
def careful(lock, x):
    return x


@flow
def pipeline():
    lock = threading.Lock()
    states = [work(lock, return_state=True) for _ in range(2)]
    print([(state.name, state.result()) for state in states])
    print([careful(lock, 3.5, return_state=True).type.value for _ in range(2)])


pipeline()
