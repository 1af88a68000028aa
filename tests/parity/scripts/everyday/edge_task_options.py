from datetime import timedelta

from segue import flow, task
from segue.cache_policies import NO_CACHE
from segue.tasks import exponential_backoff


@task(
    retries=2,
    retry_delay_seconds=exponential_backoff(backoff_factor=0.01),
    retry_jitter_factor=0.5,
    timeout_seconds=10,
    tags=("a", "b", "a"),
    version="7",
    description="Own words",
    cache_policy=NO_CACHE,
    cache_expiration=timedelta(minutes=1),
    log_prints=True,
    viz_return_value=3,
)
def full(x):
    """Docstring."""
    return x


print(full.retries, full.retry_delay_seconds, full.retry_jitter_factor, full.timeout_seconds)
print(sorted(full.tags), full.version, full.description, full.cache_expiration, full.log_prints, full.viz_return_value)
changed = full.with_options(retries=0, retry_delay_seconds=[1, 2], name="renamed", tags=[], timeout_seconds=0.5)
print(changed.retries, changed.retry_delay_seconds, changed.name, sorted(changed.tags), changed.timeout_seconds)
print(changed.description, changed.version, changed.retry_jitter_factor, full.name, full.retries)


@flow
def main():
    return changed(1), full.with_options(task_run_name="run-{x}")(2)


print(main())
for options in ({"retries": -1}, {"timeout_seconds": 0}, {"retry_delay_seconds": list(range(51)), "retries": 3}, {"tags": "text"}):
    try:
        made = task(**options)(lambda x: x)
        print(options.get("retries"), made.retries, made.timeout_seconds, sorted(made.tags))
    except Exception as error:
        print(type(error).__name__, error)
