from segue import flow, task, unmapped
from segue.futures import SegueFutureList


@task
def show(a, b=0, *, c="c"):
    return (a, b, c)


@task
def numbers():
    return [1, 2, 3]


@flow
def main():
    print(show.map([1, 2], b=5).result())
    print(show.map([1, 2], b=[5, 6], c="x").result())
    print(show.map((1, 2), b=range(2)).result())
    print(show.map([1, 2], b=unmapped([7, 8])).result())
    print(show.map(numbers.submit(), b=unmapped(numbers.submit())).result())
    print(show.map([numbers.submit(), 9]).result())
    print(show.map({"k": 1, "l": 2}).result())
    print(show.map("text", b=[1, 2]).result())
    print(show.map(x for x in range(2)).result() if False else "no generator")
    print(isinstance(show.map([1]), SegueFutureList), len(show.map([])), show.map([]).result())
    for bad in (lambda: show.map(1), lambda: show.map([1, 2], b=[1]), lambda: show.map([1], b=[]), lambda: show.map()):
        try:
            bad()
        except Exception as error:
            print(type(error).__name__, error)


main()
