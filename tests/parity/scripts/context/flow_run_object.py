"""The context's run objects carry id, name, state and tags."""

from segue import flow, tags, task
from segue.context import FlowRunContext, TaskRunContext


@task
def inner():
    run = TaskRunContext.get().task_run
    print(type(run).__name__, run.state.name, run.tags, run.run_count)
    print(run.flow_run_id == FlowRunContext.get().flow_run.id)


@flow
def outer():
    run = FlowRunContext.get().flow_run
    print(type(run).__name__, run.state.name, sorted(run.tags), run.run_count, run.parameters)
    print(type(FlowRunContext.get().task_runner).__name__)
    inner()


with tags("x"):
    outer()
