"""States of tasks give their results inside and after the flow."""

from segue import flow, task


@task
def good():
    return [1, 2]


@task
def bad():
    raise ValueError("bad")


@flow
def pipeline():
    states = [good(return_state=True), bad(return_state=True), good.submit(return_state=True)]
    for state in states:
        print(state.name, state.result(raise_on_failure=False))
    return states


final = pipeline(return_state=True)
print(final.type.value, final.message)
inner = final.result(raise_on_failure=False)
print([state.name for state in inner], inner[0].result())
