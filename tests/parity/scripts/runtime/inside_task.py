"""Inside a task both are filled; tags come from the task and from around it."""

from segue import flow, tags, task
from segue.runtime import flow_run, task_run


@task(name="worker", tags=["own"], task_run_name="work-{x}")
def work(x, y=5, *rest, **options):
    print(task_run.name, task_run.task_name, sorted(task_run.tags), task_run.run_count)
    print(task_run.parameters, flow_run.flow_name, flow_run.parameters)
    return task_run.id


@flow
def pipeline(a):
    with tags("around"):
        first = work(1, 2, 3, extra=4)
    second = work.submit(2).result()
    print(first != second, task_run.id)


pipeline("parameter")
