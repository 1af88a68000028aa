"""A subflow hides the parent's context while it runs, also the task's around it."""

from segue import flow, task
from segue.context import FlowRunContext, TaskRunContext, get_run_context


@flow
def child():
    return isinstance(get_run_context(), FlowRunContext), FlowRunContext.get().flow.name, TaskRunContext.get() is None


@task
def through():
    return child()


@flow
def parent():
    print(child())
    print(FlowRunContext.get().flow.name)
    print(FlowRunContext.get().flow.name, through()[1])


parent()
