import datetime

from segue import flow, task
from segue.runtime import flow_run, task_run


def flow_name():
    return f"{flow_run.flow_name}-with-{flow_run.parameters['x']}"


def task_name():
    return f"{task_run.task_name}-{task_run.parameters['x']}-in-{flow_run.name}"


@task(task_run_name=task_name)
def step(x):
    return task_run.name


@task(task_run_name="{x}-{day:%A}-{z.real}")
def templated(x, day, z=5):
    return task_run.name


@flow(flow_run_name=flow_name)
def main(x):
    print(flow_run.name)
    print(step(x), step.submit(x + 1).result())
    print(templated("t", datetime.date(2024, 1, 1)))


@flow(flow_run_name="{name}-on-{date:%Y}-{data[key]}")
def by_template(name, date=datetime.date(2023, 5, 6), data={"key": "k"}):
    return flow_run.name


main(3)
print(by_template("n"))
print(by_template("n", datetime.date(2001, 1, 1), {"key": 5}))
