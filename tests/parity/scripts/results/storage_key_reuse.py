"""A task whose storage key already exists returns the stored value and is Cached."""

import tempfile
from pathlib import Path

from segue import flow, task

folder = Path(tempfile.mkdtemp())
calls = []


@task(result_storage=folder, result_storage_key="same-{parameters[x]}", persist_result=True)
def work(x):
    calls.append(x)
    return x * 10


@flow
def once():
    states = [work(x, return_state=True) for x in (1, 1, 2)]
    return [(state.name, state.result()) for state in states]


print(once())
print(once())
print(calls)
