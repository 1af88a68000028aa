from datetime import timedelta

from segue import flow, task
from segue.cache_policies import DEFAULT, INPUTS, RUN_ID, TASK_SOURCE, CachePolicy
from segue.locking.memory import MemoryLockManager
from segue.tasks import task_input_hash
from segue.transactions import IsolationLevel

ran = []


def count(name):
    ran.append(name)
    return len(ran)


@task(cache_key_fn=task_input_hash, cache_expiration=timedelta(days=1))
def hashed(x):
    return count("hashed")


@task(cache_policy=TASK_SOURCE + INPUTS, persist_result=True)
def by_source(x, debug=False):
    return count("source")


@task(cache_policy=INPUTS.configure(isolation_level=IsolationLevel.SERIALIZABLE, lock_manager=MemoryLockManager()))
def locked(x):
    return count("locked")


@task(cache_policy=DEFAULT - "debug", persist_result=True)
def default_less(x, debug=False):
    return count("default")


class Monthly(CachePolicy):
    def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
        return f"monthly-{inputs['day'][:7]}-{flow_parameters.get('kind')}"


@task(cache_policy=Monthly(), persist_result=True)
def monthly(day: str):
    return count("monthly")


@flow
def main(kind: str = "a"):
    names = []
    for call in (
        lambda: hashed(1), lambda: hashed(1), lambda: hashed(x=1), lambda: hashed("1"),
        lambda: by_source(1), lambda: by_source(1, debug=True), lambda: locked(2), lambda: locked.submit(2).result(),
        lambda: default_less(1), lambda: default_less(1, debug=True),
        lambda: monthly("2024-01-05"), lambda: monthly("2024-01-06"), lambda: monthly("2024-02-01"),
    ):  # fmt: skip
        names.append(call())
    return names


print(main())
print(main())
print(main("b"))
print(ran)
