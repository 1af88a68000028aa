"""Under SERIALIZABLE isolation two equal tasks at once run the body once."""

import threading
import uuid

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.locking.memory import MemoryLockManager
from segue.transactions import IsolationLevel

salt = uuid.uuid4().hex
calls = []
policy = INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager())


@task(cache_policy=policy)
def work(salt):
    calls.append(threading.get_ident())
    return "done"


@flow
def pipeline():
    futures = [work.submit(salt) for _ in range(2)]
    for future in futures:
        future.wait()
    return sorted(future.state.name for future in futures), [future.result() for future in futures]


print(pipeline())
print(len(calls))
