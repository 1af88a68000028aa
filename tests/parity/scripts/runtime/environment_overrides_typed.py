import os

os.environ["SEGUE__RUNTIME__FLOW_RUN__NAME"] = "from-env"
os.environ["SEGUE__RUNTIME__FLOW_RUN__TAGS"] = "a,b"
os.environ["SEGUE__RUNTIME__FLOW_RUN__RUN_COUNT"] = "7"
os.environ["SEGUE__RUNTIME__FLOW_RUN__PARAMETERS"] = '{"x": 1}'
os.environ["SEGUE__RUNTIME__TASK_RUN__NAME"] = "task-env"
os.environ["SEGUE__RUNTIME__TASK_RUN__RUN_COUNT"] = "4"
os.environ["SEGUE__RUNTIME__DEPLOYMENT__NAME"] = "dep"
os.environ["SEGUE__RUNTIME__FLOW_RUN__MADE_UP"] = "zzz"

from segue import flow
from segue.runtime import deployment, flow_run, task_run


def show(label, read):
    try:
        print(label, repr(read()))
    except Exception as error:
        print(label, type(error).__name__, error)


show("name", lambda: flow_run.name)
show("tags", lambda: flow_run.tags)
show("count", lambda: flow_run.run_count)
show("parameters", lambda: flow_run.parameters)
show("task", lambda: task_run.name)
show("task count", lambda: task_run.run_count)
show("deployment", lambda: deployment.name)
show("made up", lambda: flow_run.made_up)


@flow(flow_run_name="real")
def main():
    show("inside", lambda: flow_run.name)
    show("inside count", lambda: flow_run.run_count)


main()
