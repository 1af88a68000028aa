"""The default policy reuses a result inside one run only, when results persist."""

from segue import flow, task

calls = []


@task
def work(x):
    calls.append(x)
    return x * 2


@flow(persist_result=True)
def kept():
    return [work(x, return_state=True).name for x in (1, 1, 2)]


@flow
def unkept():
    return [work(x, return_state=True).name for x in (1, 1, 2)]


print(kept(), len(calls))
print(kept(), len(calls))
print(unkept(), len(calls))
