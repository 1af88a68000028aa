"""The run context is the flow's in a flow, the task's in a task, an error elsewhere."""

from segue import flow, task
from segue.context import FlowRunContext, TaskRunContext, get_run_context
from segue.exceptions import MissingContextError


@task
def inner(x):
    context = get_run_context()
    print(type(context).__name__, context.task.name, context.task_run.name.startswith("inner-"), context.parameters)
    print(FlowRunContext.get().flow.name, TaskRunContext.get() is context)


@flow(flow_run_name="named")
def outer(a, b=2):
    context = get_run_context()
    print(isinstance(context, FlowRunContext), context.flow.name, context.flow_run.name, context.parameters)
    print(TaskRunContext.get(), FlowRunContext.get() is context)
    inner(7)


outer(1)
print(FlowRunContext.get(), TaskRunContext.get())
try:
    get_run_context()
except MissingContextError as error:
    print(type(error).__name__, isinstance(error, RuntimeError))
