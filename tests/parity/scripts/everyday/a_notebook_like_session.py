from segue import flow, get_client, task
from segue.states import Completed


@task
def add(a, b):
    return a + b


print(add(1, 2), add.fn(1, 2), add(1, 2, return_state=True).result())


@flow
def total(values):
    result = 0
    for value in values:
        result = add(result, value)
    return result


print(total([1, 2, 3]))
state = total([4], return_state=True)
print(state.is_completed(), state.result(), state.name)
total = total.with_options(name="renamed")
print(total([5]))


@flow(name="total")
def redefined(values):
    return -sum(values)


print(redefined([1, 2]))
with get_client(sync_client=True) as client:
    print(sorted(f.name for f in client.read_flows()), len(client.read_flow_runs()))
