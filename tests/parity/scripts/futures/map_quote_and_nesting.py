from segue import flow, task, unmapped
from segue.utilities.annotations import allow_failure, quote


@task
def number(n):
    return n


@task
def describe(x, y=None):
    return type(x).__name__, x, y


@flow
def main():
    future = number.submit(3)
    print(describe.map([future, 4], y=unmapped(future)).result())
    print(describe.map([[future], {"k": future}]).result())
    print(describe(quote([1, 2])))
    print(describe.submit(quote({"a": 1})).result())
    print(describe.map([1, 2], y=quote([8, 9])).result())
    print(quote(5).unquote(), unmapped([1])[99], repr(unmapped(1)), repr(quote(2)), repr(allow_failure(3)))


main()
