"""Options are attributes; with_options changes a copy and leaves the original."""

from segue import flow, task


@flow(name="original", retries=1, description="text", timeout_seconds=5)
def pipeline(x):
    return x


@task(name="step", retries=2, retry_delay_seconds=[1, 2], tags=["a"], cache_result_in_memory=False)
def step(x):
    return x


changed = pipeline.with_options(name="changed", retries=0, persist_result=True)
print(pipeline.name, pipeline.retries, pipeline.description, pipeline.timeout_seconds, pipeline.persist_result)
print(changed.name, changed.retries, changed.description, changed.timeout_seconds, changed.persist_result)
other = step.with_options(name="other", tags=["b"], retries=0, retry_delay_seconds=0)
print(step.name, step.retries, step.retry_delay_seconds, sorted(step.tags), step.cache_result_in_memory)
print(other.name, other.retries, other.retry_delay_seconds, sorted(other.tags), other.cache_result_in_memory)
print(changed(3), pipeline.fn is changed.fn, step.fn is other.fn)
try:
    pipeline.with_options(nonsense=1)
except TypeError as error:
    print(type(error).__name__)
