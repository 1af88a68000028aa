"""Task run names come from templates and functions as well."""

from segue import flow, task
from segue.runtime import task_run


@task(task_run_name="{x}-{options[mode]}")
def template(x, options):
    return task_run.name


def named():
    return f"{task_run.task_name} with {task_run.parameters['x']}"


@task(name="My Task", task_run_name=named)
def function(x):
    return task_run.name


@task(task_run_name=lambda parameters: f"lambda {parameters['x']}")
def with_parameters(x):
    return task_run.name


@task
def unnamed():
    return task_run.name


@flow
def pipeline():
    print(template(1, {"mode": "fast"}), template.with_options(task_run_name="changed")(1, {}))
    print(function(2), with_parameters(3))
    print(template.map([1, 2], options=[{"mode": "a"}, {"mode": "b"}]).result())
    print(unnamed().startswith("unnamed-"))


pipeline()
