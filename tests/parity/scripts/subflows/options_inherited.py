from segue import flow, task
from segue.context import FlowRunContext
from segue.task_runners import ThreadPoolTaskRunner


@task
def says():
    print("task speaks")


@flow
def child():
    print("child speaks")
    says()
    return FlowRunContext.get().task_runner.__class__.__name__


@flow(log_prints=False)
def loud_child():
    print("loud child speaks")


@flow(log_prints=True, task_runner=ThreadPoolTaskRunner(max_workers=1))
def parent():
    print("parent speaks")
    loud_child()
    return child()


print(parent())
print(child())
