"""run_count counts the attempts of the run at hand."""

from segue import flow, task
from segue.runtime import flow_run, task_run


@task(retries=2)
def shaky():
    print("task attempt", task_run.run_count, "of flow attempt", flow_run.run_count)
    if task_run.run_count < 2:
        raise ValueError("again")
    return task_run.run_count


@flow(retries=1)
def pipeline():
    print("flow attempt", flow_run.run_count)
    shaky()
    if flow_run.run_count < 2:
        raise ValueError("again")
    return "done"


print(pipeline())
