"""A task outside any flow has a task run and no flow run."""

from segue import task
from segue.runtime import flow_run, task_run


@task
def alone(x):
    print(task_run.task_name, task_run.parameters, task_run.run_count, task_run.id is not None)
    print(flow_run.id, flow_run.name, flow_run.tags, flow_run.parameters)
    return nested(x)


@task
def nested(y):
    return task_run.task_name, task_run.parameters


print(alone(3))
print(task_run.id)
