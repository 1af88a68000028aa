from segue import flow, task
from segue.runtime import flow_run, task_run


def from_runtime():
    return f"{flow_run.flow_name}-of-{flow_run.parameters['x']}"


def wrong_type():
    return 5


def from_parameters(parameters):
    return f"step-with-{parameters['x']}"


@flow(flow_run_name=from_runtime)
def first(x):
    return flow_run.name


@flow(flow_run_name=wrong_type)
def third():
    return flow_run.name


@task(task_run_name=lambda: f"task-of-{task_run.task_name}")
def step():
    return task_run.name


@task(task_run_name="step-{x}-{y}")
def templated(x, y=2):
    return task_run.name


@task(task_run_name=from_parameters)
def named_by_parameters(x):
    return task_run.name


@flow
def parent():
    return step(), templated(1), templated(1, y=3), templated.submit("a").result(), named_by_parameters(9)


print(first(1))
try:
    third()
except Exception as error:
    print(type(error).__name__, str(error).split("for")[1])
print(parent())
