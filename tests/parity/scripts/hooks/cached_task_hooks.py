from segue import flow, task
from segue.cache_policies import INPUTS


def hook(task, run, state):
    print("hook", state.type.value, state.name)


@task(cache_policy=INPUTS, persist_result=True, on_completion=[hook])
def step(x):
    print("body", x)
    return x


@flow
def main():
    return step(1), step(1), step(2)


print(main())
