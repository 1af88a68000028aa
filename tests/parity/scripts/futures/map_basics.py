from segue import flow, task, unmapped
from segue.futures import SegueFutureList


@task
def add(x, y=0):
    return x + y


@task
def total(values):
    return sum(values)


@flow
def main():
    futures = add.map([1, 2, 3])
    print(isinstance(futures, SegueFutureList), isinstance(futures, list), len(futures))
    print(futures.result())
    print([future.result() for future in futures])
    print(futures[1].result(), add.map([5, 6]).result(timeout=10))
    print(add.map([1, 2], 10).result())
    print(add.map([1, 2], y=[10, 20]).result())
    print(add.map(x=[1, 2], y=unmapped(5)).result())
    print(add.map(range(3)).result(), add.map((1, 2)).result(), add.map({1}).result())
    print(add.map(["a", "b"], "z").result())
    print(add.map([[1], [2]], unmapped([9])).result())
    print(total(add.map([1, 2, 3])))
    print(total.submit(add.map([4, 5])).result())
    print(add.map(futures, 100).result())
    print(add.map(add.map([1, 2]), add.map([3, 4])).result())
    print(futures.wait())


main()
