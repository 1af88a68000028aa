import segue.runtime
from segue import flow, task
from segue.runtime import deployment, flow_run, task_run

print(sorted(dir(flow_run)))
print(sorted(dir(task_run)))
print(sorted(dir(deployment)))
print(flow_run.id, flow_run.name, flow_run.tags, flow_run.parameters, flow_run.run_count, flow_run.flow_name)
print(flow_run.parent_flow_run_id, flow_run.parent_deployment_id, flow_run.root_flow_run_id, flow_run.flow_version, flow_run.job_variables)
print(task_run.id, task_run.name, task_run.task_name, task_run.tags, task_run.parameters, task_run.run_count)
print(deployment.id, deployment.name, deployment.version, deployment.flow_run_id, deployment.parameters)
for wrong in (lambda: flow_run.nope, lambda: task_run.nope, lambda: deployment.nope):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)


@task
def inner(a):
    return task_run.parameters, flow_run.parameters, task_run.task_name, flow_run.flow_name, task_run.run_count


@flow
def outer(x, y=3):
    print(flow_run.parameters, flow_run.job_variables, flow_run.flow_version is not None)
    print(flow_run.root_flow_run_id == flow_run.id, flow_run.parent_flow_run_id)
    print(inner(a=5))


outer(1)
