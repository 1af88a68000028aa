"""allow_failure hands a failed upstream's exception to the task instead of stopping it."""

from segue import allow_failure, flow, task
from segue.exceptions import UnfinishedRun


@task
def fails():
    raise ValueError("upstream")


@task
def look(value=None):
    return repr(value)


@flow
def pipeline():
    broken = fails.submit()
    print(look(allow_failure(broken)))
    print(look.submit(allow_failure(broken)).result())
    blocked = look.submit(broken)
    blocked.wait()
    print(blocked.state.type.value, blocked.state.name)
    try:
        blocked.result()
    except UnfinishedRun as error:
        print(type(error).__name__)
    print(look.submit(1, wait_for=[allow_failure(broken)]).result())
    return "end"


print(pipeline())
