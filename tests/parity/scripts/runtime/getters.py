"""The functions behind the attributes of the runtime modules."""

from segue import flow, task
from segue.runtime import deployment, flow_run, task_run
from segue.runtime.flow_run import get_flow_name, get_id, get_name, get_parameters, get_run_count, get_tags
from segue.runtime.task_run import get_task_name


@task(tags=["q"])
def inner(a, b=2):
    print(task_run.get_id() == task_run.id, get_task_name(), task_run.get_parameters(), task_run.get_tags())
    print(get_id() == flow_run.id, task_run.get_run_count())


@flow(flow_run_name="n-{x}")
def main(x):
    print(get_name(), get_flow_name(), get_parameters(), get_run_count(), get_tags(), deployment.get_name())
    inner(1)


print(get_id(), get_tags(), get_name(), get_flow_name(), get_parameters(), get_run_count(), get_task_name())
main(3)
