import datetime

from segue import task
from segue.cache_policies import INPUTS
from segue.tasks import exponential_backoff


@task(
    name="Everything",
    description="All options",
    tags=["b", "a"],
    version="3",
    cache_policy=INPUTS,
    cache_expiration=datetime.timedelta(hours=1),
    task_run_name="run-{x}",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
    persist_result=True,
    result_storage_key="{parameters[x]}.bin",
    result_serializer="json",
    cache_result_in_memory=False,
    timeout_seconds=5,
    log_prints=True,
    refresh_cache=True,
    viz_return_value=7,
)
def everything(x):
    """Documented."""
    return x


print(everything.name, everything.description, sorted(everything.tags), everything.version)
print(everything.cache_expiration, everything.task_run_name)
print(everything.retries, everything.retry_delay_seconds, everything.retry_jitter_factor)
print(everything.persist_result, everything.result_storage_key, everything.result_serializer)
print(everything.cache_result_in_memory, everything.timeout_seconds, everything.log_prints, everything.refresh_cache)
print(everything.viz_return_value, everything.isasync, everything.isgenerator, everything.cache_key_fn)
print(everything.on_completion_hooks, everything.on_failure_hooks, everything.on_rollback_hooks, everything.on_commit_hooks)
print(everything.__name__, everything.__doc__, everything.fn(4))


@task
def plain():
    pass


print(plain.description, plain.version, plain.tags, plain.retries, plain.retry_delay_seconds, plain.persist_result)
print(plain.timeout_seconds, plain.log_prints, plain.refresh_cache, plain.task_run_name)
print(plain.task_key.split("-")[0], plain.result_storage, plain.result_serializer, plain.asset_deps)
