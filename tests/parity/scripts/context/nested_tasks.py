"""A task called in a task has its own context; the outer one returns."""

from segue import flow, task
from segue.context import TaskRunContext


@task
def inner():
    return TaskRunContext.get().task.name


@task
def outer():
    before = TaskRunContext.get().task_run.id
    name = inner()
    return name, TaskRunContext.get().task_run.id == before


@flow
def pipeline():
    return outer()


print(pipeline())
print(outer())
