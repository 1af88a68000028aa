from segue import flow, task
from segue.context import TaskRunContext


def key(context, parameters):
    print(type(context).__name__, context.task.name, sorted(parameters), context.task_run.name[:4])
    return f"{context.task.name}-{parameters['x']}"


@task(cache_key_fn=key)
def load(x, y=2):
    return (x, y)


def failing(context, parameters):
    raise ValueError("no key")


@task(cache_key_fn=failing)
def uncached(x):
    return x


@flow
def main():
    print(load(1), load(1, y=5), load(2, y=6))
    try:
        print(uncached(1))
    except Exception as error:
        print(type(error).__name__, error)


main()
