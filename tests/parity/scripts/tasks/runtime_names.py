from datetime import datetime

from segue import flow, tags, task
from segue.runtime import deployment, flow_run, task_run


@task(task_run_name="the-task", tags=["own"])
def step(x, y=2):
    print("task", task_run.name, task_run.task_name, sorted(task_run.tags), task_run.parameters, task_run.run_count)
    print("in task", flow_run.name, flow_run.flow_name)


@flow(flow_run_name="the-run", version="v9")
def main(a: int, b: str = "bee"):
    print(flow_run.name, flow_run.flow_name, flow_run.flow_version, flow_run.run_count)
    print(flow_run.parameters, sorted(flow_run.tags))
    print(flow_run.parent_flow_run_id, flow_run.parent_deployment_id, flow_run.root_flow_run_id == flow_run.id)
    print(deployment.id, deployment.name, deployment.version)
    print(task_run.id, task_run.name, task_run.task_name, task_run.tags, task_run.parameters)
    print(type(flow_run.id).__name__, isinstance(flow_run.scheduled_start_time, datetime))
    with tags("t1"):
        step(1)


with tags("outer"):
    main("1")
print(flow_run.id, flow_run.name, flow_run.flow_name, flow_run.tags, flow_run.parameters, flow_run.run_count)
print(task_run.id, task_run.tags, task_run.parameters, task_run.run_count)
