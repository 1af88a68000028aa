from segue import flow, get_run_logger, task
from segue.context import FlowRunContext, TaskRunContext, get_run_context
from segue.exceptions import MissingContextError

for call in (get_run_logger, get_run_context):
    try:
        call()
    except MissingContextError as error:
        print(type(error).__name__, isinstance(error, RuntimeError))
print(FlowRunContext.get(), TaskRunContext.get())


@task
def step():
    return type(get_run_context()).__name__, get_run_context().task.name, FlowRunContext.get() is not None


@flow
def main(x: int = 1):
    context = get_run_context()
    print(isinstance(context, FlowRunContext), context.flow.name, context.flow_run.name is not None, context.parameters)
    print(get_run_logger().name)
    print(step(), step.submit().result())
    print(FlowRunContext.get() is not None, TaskRunContext.get())


main(x="3")
print(FlowRunContext.get())
