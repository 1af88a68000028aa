from segue import flow, task
from segue.runtime import flow_run


@task
def step(x):
    return x + 1


@flow(flow_run_name="child-{x}")
def child(x: int = 1):
    return step(x), flow_run.name, flow_run.parent_flow_run_id


@flow
def grandparent():
    return parent()


@flow
def parent():
    me = flow_run.id
    value, name, parent_id = child("5")
    print(value, name, parent_id == me)
    print([child(x)[0] for x in range(3)])
    return flow_run.root_flow_run_id, me


root, parent_id = grandparent()
print(root != parent_id)
