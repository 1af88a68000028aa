"""A template that names a missing parameter is an error that names it."""

from segue import flow, task


@flow(flow_run_name="{missing}")
def wrong(x):
    print("body runs")
    return x


@task(task_run_name="{missing}")
def wrong_task(x):
    print("task body runs")
    return x


@flow
def outer():
    return wrong_task(1)


for chosen, arguments in ((wrong, (1,)), (outer, ())):
    try:
        print(chosen(*arguments))
    except Exception as error:
        print(type(error).__name__, error)
