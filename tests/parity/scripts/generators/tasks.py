"""A generator task yields as it goes; its run ends when the generator does."""

from segue import flow, task


@task
def count(n):
    for number in range(n):
        yield number
    return "ignored"


@task
def fails_midway():
    yield 1
    raise ValueError("midway")


@flow
def pipeline():
    print(list(count(3)))
    stream = count(2)
    print(next(stream), list(stream))
    print(count.submit(3).result())
    try:
        for value in fails_midway():
            print("got", value)
    except ValueError as error:
        print(type(error).__name__, error)
    return sum(count(4))


print(pipeline())
