import os

os.environ["SEGUE__RUNTIME__FLOW_RUN__NAME"] = "overridden"
os.environ["SEGUE__RUNTIME__FLOW_RUN__RUN_COUNT"] = "7"
os.environ["SEGUE__RUNTIME__FLOW_RUN__TAGS"] = "a,b"
os.environ["SEGUE__RUNTIME__TASK_RUN__NAME"] = "task name"
os.environ["SEGUE__RUNTIME__DEPLOYMENT__NAME"] = "dep"
os.environ["SEGUE__RUNTIME__FLOW_RUN__NEW_ATTRIBUTE"] = "new"

from segue import flow, task
from segue.runtime import deployment, flow_run, task_run


@task
def step():
    return task_run.name, task_run.task_name


@flow
def main():
    print(flow_run.name, flow_run.flow_name)
    for name in ("run_count", "tags", "new_attribute"):
        try:
            value = getattr(flow_run, name)
            print(name, type(value).__name__, value)
        except Exception as error:
            print(name, type(error).__name__, str(error)[:60])
    print(step(), deployment.name, deployment.id)


print(flow_run.name, task_run.name)
main()
