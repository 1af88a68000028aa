from segue import flow, task

kept = []


@task
def work(x):
    return x * 2


@task
def add(a, b):
    return a + b


@flow
def first():
    future = work.submit(2)
    kept.append(future)
    return future


@flow
def second(value):
    print(type(value).__name__)
    return add(value, kept[0])


@flow
def main():
    got = first()
    print(type(got).__name__, got)
    return second(kept[0]), second(got)


print(main())
print(kept[0].result(), kept[0].state.name)
