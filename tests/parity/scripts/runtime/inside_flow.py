"""Inside a flow the flow's attributes are filled and the task's stay empty."""

import uuid
from datetime import datetime

import segue.runtime
from segue import flow, tags
from segue.runtime import deployment, flow_run, task_run


@flow(name="reporter", version="v9", flow_run_name="run-of-{x}")
def report(x, y=2):
    print(flow_run.name, flow_run.flow_name, flow_run.flow_version)
    print(flow_run.parameters, sorted(flow_run.tags), flow_run.run_count)
    print(str(uuid.UUID(flow_run.id)) == flow_run.id, type(flow_run.id).__name__)
    print(flow_run.root_flow_run_id == flow_run.id, flow_run.parent_flow_run_id, flow_run.parent_deployment_id)
    print(isinstance(flow_run.scheduled_start_time, datetime), segue.runtime.flow_run.id == flow_run.id)
    print(task_run.id, task_run.name, task_run.tags, task_run.parameters)
    print(deployment.id, deployment.name, deployment.flow_run_id == flow_run.id, deployment.parameters)


with tags("b", "a"):
    report(1)
