"""Environment variables override the attributes, cast to the type of the true value."""

import os

from segue import flow
from segue.runtime import deployment, flow_run, task_run

os.environ["SEGUE__RUNTIME__FLOW_RUN__NAME"] = "named by test"
os.environ["SEGUE__RUNTIME__FLOW_RUN__RUN_COUNT"] = "7"
os.environ["SEGUE__RUNTIME__FLOW_RUN__CUSTOM"] = "my own"
os.environ["SEGUE__RUNTIME__TASK_RUN__TASK_NAME"] = "tested"
os.environ["SEGUE__RUNTIME__DEPLOYMENT__NAME"] = "prod"
os.environ["SEGUE__RUNTIME__FLOW_RUN__TAGS"] = "a,b"


def show():
    print(flow_run.name, repr(flow_run.run_count), flow_run.custom)
    print(task_run.task_name, deployment.name)
    try:
        print(flow_run.tags)
    except ValueError as error:
        print(type(error).__name__)


show()
flow(show, name="inside")()
