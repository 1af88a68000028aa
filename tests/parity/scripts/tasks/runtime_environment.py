import os

from segue.runtime import deployment, flow_run, task_run

os.environ["SEGUE__RUNTIME__FLOW_RUN__NAME"] = "from the environment"
os.environ["SEGUE__RUNTIME__FLOW_RUN__PARAMETERS"] = "other"
os.environ["SEGUE__RUNTIME__DEPLOYMENT__NAME"] = "nightly"
os.environ["SEGUE__RUNTIME__TASK_RUN__RUN_COUNT"] = "7"
os.environ["SEGUE__RUNTIME__FLOW_RUN__RUN_COUNT"] = "4"

print(flow_run.name)
print(deployment.name)
for read in (lambda: flow_run.run_count, lambda: task_run.run_count, lambda: flow_run.parameters, lambda: flow_run.nonsense):
    try:
        print(repr(read()))
    except Exception as error:
        print(type(error).__name__)
print([name for name in dir(flow_run) if name in ("id", "name", "tags", "flow_name", "parameters", "run_count")])
