from segue import flow, task
from segue.runtime import flow_run, task_run


def hook(thing, run, state):
    print("hook", flow_run.flow_name, flow_run.name == run.name, flow_run.parameters)


def task_hook(thing, run, state):
    print("task hook", task_run.task_name, task_run.name == run.name, flow_run.flow_name)


@task(on_completion=[task_hook], cache_key_fn=lambda ctx, p: f"{flow_run.flow_name}-{task_run.task_name}", persist_result=True)
def step(x):
    return task_run.parameters, flow_run.parameters


@flow(on_completion=[hook])
def main(y):
    print(step(1))


main(5)
print(flow_run.id, task_run.id, flow_run.parameters, flow_run.tags, task_run.tags, flow_run.run_count)
