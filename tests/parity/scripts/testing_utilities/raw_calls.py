""".fn calls the undecorated function: no run, no context, no retries."""

from segue import flow, task
from segue.context import FlowRunContext, TaskRunContext

calls = []


@task(retries=3)
def work(x):
    calls.append(TaskRunContext.get())
    if x < 0:
        raise ValueError("negative")
    return x * 2


@flow(validate_parameters=True)
def pipeline(x: int):
    calls.append(FlowRunContext.get())
    return x


print(work.fn(2), pipeline.fn("unvalidated"))
try:
    work.fn(-1)
except ValueError as error:
    print(type(error).__name__, len(calls))
print(calls)
print(work.fn.__name__, pipeline.fn.__name__, work.__name__, pipeline.__name__)
