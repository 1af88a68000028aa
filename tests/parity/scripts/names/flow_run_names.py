"""Run names come from templates, and from functions."""

from datetime import date

from segue import flow
from segue.runtime import flow_run


def from_function():
    return f"{flow_run.flow_name}-{flow_run.parameters['x']}-fn"


@flow(flow_run_name="plain")
def plain():
    return flow_run.name


@flow(flow_run_name="{x}-on-{day:%A}-{items[0]}")
def template(x, day, items=(7,)):
    return flow_run.name


@flow(flow_run_name=from_function)
def function(x):
    return flow_run.name


@flow(flow_run_name=lambda parameters: f"given {parameters['x']}")
def with_parameters(x):
    return flow_run.name


print(plain())
print(template("load", date(2024, 5, 6)))
print(function(3))
try:
    print(with_parameters(4))
except TypeError as error:
    print(type(error).__name__)
print(plain.with_options(flow_run_name="other")())
default = flow(lambda: flow_run.name, name="unnamed")()
print(len(default.split("-")), default == default.lower())
