from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner


@flow(
    name="Named Flow",
    version="v1",
    retries=1,
    retry_delay_seconds=0.01,
    description="Words",
    timeout_seconds=20,
    validate_parameters=False,
    task_runner=ThreadPoolTaskRunner(max_workers=1),
    log_prints=False,
    persist_result=False,
)
def options(x: int = 1):
    """Docstring."""
    return x


print(options.name, options.version, options.retries, options.retry_delay_seconds, options.description)
print(options.timeout_seconds, options.should_validate_parameters, options.persist_result, options.log_prints)
print(options("text"), options.task_runner == ThreadPoolTaskRunner(max_workers=1))
copy = options.with_options(name="copy", version="v2", validate_parameters=True, retries=0)
print(copy.name, copy.version, copy.retries, copy.description, copy("5"))
try:
    copy("text")
except Exception as error:
    print(type(error).__name__)


@flow
def nested(n: int):
    @flow(name="local")
    def local(m: int):
        return m * n

    @task
    def add(m):
        return m + n

    return local(2), add(3), add.submit(4).result()


print(nested(10))
print(flow(lambda x: x + 1, name="small")(1))
doubled = flow(name="partial")(lambda *values: sum(values))
print(doubled(1, 2, 3))
