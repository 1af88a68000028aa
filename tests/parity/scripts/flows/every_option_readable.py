from segue import flow
from segue.task_runners import ThreadPoolTaskRunner


@flow(
    name="Everything",
    version="v7",
    flow_run_name="run-{x}",
    retries=2,
    retry_delay_seconds=0,
    task_runner=ThreadPoolTaskRunner(max_workers=3),
    description="All options",
    timeout_seconds=30,
    validate_parameters=False,
    persist_result=False,
    cache_result_in_memory=False,
    log_prints=True,
)
def everything(x):
    """A docstring that is not the description."""
    return x


print(everything.name, everything.version, everything.flow_run_name, everything.retries, everything.retry_delay_seconds)
print(type(everything.task_runner).__name__, everything.description, everything.timeout_seconds)
print(everything.should_validate_parameters, everything.persist_result, everything.cache_result_in_memory, everything.log_prints)
print(everything.isasync, everything.isgenerator, everything.ismethod, everything.isclassmethod, everything.isstaticmethod)
print(everything.on_completion_hooks, everything.on_failure_hooks, everything.on_cancellation_hooks)
print(everything.on_crashed_hooks, everything.on_running_hooks)
print(everything.result_storage, everything.result_serializer)
print(everything.__name__, everything.__doc__, everything.fn(4))
print(everything("q"))


@flow
def documented():
    """
    The first line.

    More of it.
    """


print(repr(documented.description))


@flow
def silent():
    pass


print(silent.description, silent.timeout_seconds, silent.retries, silent.log_prints, silent.persist_result)
