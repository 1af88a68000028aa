"""A quoted future is handed over as it is; an unquoted one is resolved."""

from segue import flow, task
from segue.futures import SegueFuture
from segue.utilities.annotations import quote


@task
def one():
    return 1


@task
def kind(value):
    return type(value).__name__, isinstance(value, SegueFuture)


@task
def kinds(values):
    return [type(value).__name__ for value in values]


@flow
def pipeline():
    future = one.submit()
    print(kind(future), kind.submit(future).result())
    print(kind(quote(future))[1], kind.submit(quote(future)).result()[1])
    print(kinds([future, 2]), kinds((future, "x")))
    print(kind(quote([1, 2])))
    return quote(future)


print(type(pipeline()).__name__)
