from segue import flow, task

runs = []


@task(cache_key_fn=lambda ctx, p: None, persist_result=True)
def none(x):
    runs.append("none")
    return x


@task(cache_key_fn=lambda ctx, p: 1 / 0, persist_result=True)
def broken(x):
    runs.append("broken")
    return x


@task(cache_key_fn=lambda: "x", persist_result=True)
def wrong(x):
    runs.append("wrong")
    return x


@flow
def main():
    for step in (none, broken, wrong):
        for _ in range(2):
            try:
                state = step(1, return_state=True)
                print(step.name, state.type.value, state.name)
            except Exception as error:
                print(step.name, type(error).__name__)


print(main(return_state=True).type.value)
print(runs)
