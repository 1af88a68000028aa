"""A generator flow is consumed like a generator and recorded like a flow."""

from segue import flow, get_client, task


@task
def double(x):
    return x * 2


@flow(flow_run_name="streaming")
def stream(n):
    for number in range(n):
        yield double(number)


@flow(flow_run_name="unfinished")
def endless():
    number = 0
    while True:
        yield number
        number += 1


print(list(stream(3)))
for value in stream(2):
    print("value", value)
values = endless()
print(next(values), next(values))
values.close()
with get_client(sync_client=True) as client:
    print(sorted((run.name, run.state.type.value) for run in client.read_flow_runs() if run.name == "streaming"))
