"""Flows and tasks take their names from functions; docstrings become descriptions."""

from segue import flow, task


@flow
def my_nice_flow():
    """What it does."""


@task
def my_nice_task():
    """A step."""


class Plant:
    @flow
    def grow(self):
        return "grown"

    @task
    def water(self):
        return "wet"

    @staticmethod
    @task
    def still():
        return "still"


print(my_nice_flow.name, my_nice_flow.description)
print(my_nice_task.name, my_nice_task.description, my_nice_task.task_key.startswith("my_nice_task"))
print(Plant.grow.name, Plant().grow(), Plant().water(), Plant().still())
print(flow(lambda: 1, name="named lambda").name, my_nice_task.with_options(name="renamed").name)
for bad in ("with/slash", "with%percent", 5):
    try:
        print(flow(lambda: 1, name=bad).name)
    except Exception as error:
        print(type(error).__name__)
