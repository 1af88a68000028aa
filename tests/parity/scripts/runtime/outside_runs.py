"""Outside runs every runtime attribute is empty."""

from datetime import datetime

from segue.runtime import deployment, flow_run, task_run

print(flow_run.id, flow_run.name, flow_run.flow_name, flow_run.flow_version, flow_run.tags, flow_run.parameters)
print(flow_run.run_count, flow_run.parent_flow_run_id, flow_run.root_flow_run_id, flow_run.parent_deployment_id)
print(
    isinstance(flow_run.scheduled_start_time, datetime),
    flow_run.scheduled_start_time.utcoffset(),
    flow_run.job_variables,
)
print(task_run.id, task_run.name, task_run.task_name, task_run.tags, task_run.parameters, task_run.run_count)
print(deployment.id, deployment.name, deployment.version, deployment.flow_run_id, deployment.parameters)
print(dir(flow_run))
print(dir(task_run))
print(dir(deployment))
try:
    flow_run.nothing
except AttributeError as error:
    print(type(error).__name__, "nothing" in str(error))
