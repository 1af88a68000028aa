from segue import flow, task
from segue.runtime import task_run


@task
def show(a, b=2, *rest, c=3, **more):
    return a, b, rest, c, more, task_run.parameters


@task
def mutable(items=[]):
    items.append(len(items))
    return list(items)


@task
def no_return():
    pass


@task
def returns_tuple():
    return 1, 2


@flow
def main():
    print(show(1))
    print(show(1, 5, 6, 7, c=8, d=9))
    print(mutable(), mutable())
    print(no_return(), no_return.submit().result())
    one, two = returns_tuple()
    print(one, two, returns_tuple.submit().result())
    given = {"k": [1]}
    kept = show(given)[0]
    print(kept == given, kept is given)


main()
