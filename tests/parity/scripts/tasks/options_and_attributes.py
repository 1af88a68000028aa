from datetime import timedelta

from segue import Task, task


@task
def bare(x, y=1):
    """What it does."""
    return x + y


@task(
    name="Full task",
    description="All of it",
    tags=["b", "a", "a"],
    version="3",
    retries=2,
    retry_delay_seconds=1.5,
    timeout_seconds=10,
    log_prints=True,
    persist_result=True,
    cache_expiration=timedelta(hours=1),
    viz_return_value=5,
)
def full():
    return 1


for each in (bare, full):
    print(isinstance(each, Task), each.name, each.description, sorted(each.tags), each.version)
    print(each.retries, each.retry_delay_seconds, each.timeout_seconds, each.log_prints, each.persist_result)
    print(each.cache_expiration, each.refresh_cache, each.cache_result_in_memory, each.isasync, each.isgenerator)
print(bare.fn(2), bare.fn(2, y=5), bare.__name__, bare.__doc__)
print(full.viz_return_value, bare.cache_key_fn, type(bare.tags).__name__)
