"""Subflows know their parent and the root; the parent's view is back afterwards."""

from segue import flow, task
from segue.runtime import flow_run


@flow
def leaf():
    return flow_run.id, flow_run.parent_flow_run_id, flow_run.root_flow_run_id


@flow
def middle():
    return (flow_run.id, flow_run.parent_flow_run_id, flow_run.root_flow_run_id), leaf()


@task
def calls_flow():
    return leaf()


@flow
def root():
    inner, innermost = middle()
    through_task = calls_flow()
    me = flow_run.id
    print(inner[1] == me, inner[2] == me)
    print(innermost[1] == inner[0], innermost[2] == me)
    print(through_task[1] == me, through_task[2] == me)
    print(flow_run.flow_name, flow_run.parent_flow_run_id)


root()
