"""persist_result set on the flow is inherited by its tasks unless they say otherwise."""

from segue import flow, task
from segue.results import should_persist_result


@task
def inherits():
    return should_persist_result()


@task(persist_result=False)
def refuses():
    return should_persist_result()


@task(persist_result=True)
def insists():
    return should_persist_result()


@flow(persist_result=True)
def on():
    return inherits(), refuses(), insists(), should_persist_result()


@flow(persist_result=False)
def off():
    return inherits(), refuses(), insists(), should_persist_result()


@flow
def unset():
    return inherits(), refuses(), insists(), should_persist_result()


for chosen in (on, off, unset):
    print(chosen.name, chosen())
print("outside", should_persist_result())
