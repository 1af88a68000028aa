from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass

from segue import flow, task

Pair = namedtuple("Pair", "a b")


@dataclass
class Row:
    value: object


class Opaque:
    def __eq__(self, other):
        raise TypeError("not comparable")


@task
def number():
    return 3


@task
def show(value):
    return value


@flow
def main():
    future = number.submit()
    print(show(Pair(future, 2)))
    print(show(Row(future)))
    shown = show(OrderedDict(a=future))
    print(type(shown).__name__, list(shown.items()))
    print(show([[[future]]]))
    print(show(deque([1, 2])), dict(show(defaultdict(int, a=1))))
    print(type(show(Opaque())).__name__)
    print(show(lambda: 5)())
    print(len(show(list(range(20_000)))))
    print(show(range(3)), show("text"), show(b"bytes"), show(None), show({1: 2}))
    cyclic = [1]
    cyclic.append(cyclic)
    print(len(show(cyclic)))


main()
