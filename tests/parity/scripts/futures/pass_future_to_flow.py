from segue import flow, task


@task
def number():
    return 5


@flow
def child(x: int, items: list[int] = []):
    return x, items


@flow
def parent():
    future = number.submit()
    state = number(return_state=True)
    print(child(future))
    print(child(x=state, items=[future, 1]))
    print(child(child(1, return_state=True).result()[0]))


parent()
