from segue import flow, tags, task
from segue.context import FlowRunContext, TagsContext, TaskRunContext
from segue.runtime import flow_run, task_run


def where(label):
    flow_context, task_context = FlowRunContext.get(), TaskRunContext.get()
    print(
        label,
        flow_context.flow.name if flow_context else None,
        task_context.task.name if task_context else None,
        flow_run.flow_name,
        task_run.task_name,
        sorted(TagsContext.get().current_tags),
    )


@task
def leaf():
    where("leaf")


@flow
def inner():
    print("inner", FlowRunContext.get().flow.name, flow_run.flow_name, sorted(TagsContext.get().current_tags))
    with tags("deep"):
        leaf()
        leaf.submit().wait()


@task
def middle():
    where("middle before")
    leaf()
    inner()
    where("middle after")


@flow
def outer():
    where("outer before")
    with tags("top"):
        middle()
    middle.submit().wait()
    where("outer after")


where("outside")
outer()
where("outside")
