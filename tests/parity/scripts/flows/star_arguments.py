from segue import flow, task


@flow
def collects(first, *rest, key=None, **more):
    return first, rest, key, more


@task
def collects_task(first, *rest, key=None, **more):
    return first, rest, key, more


@flow
def typed(*numbers: int, **named: int):
    return numbers, named


@flow
def main():
    print(collects(1), collects(1, 2, 3, key=4, extra=5))
    print(collects_task(1, 2, key=3, x=4), collects_task.submit(1, *[2, 3], **{"z": 1}).result())
    return "end"


print(main(), typed(1, 2, a=3))
