"""unmapped gives an iterable whole to each mapped run."""

from segue import flow, task, unmapped
from segue.exceptions import MappingLengthMismatch, MappingMissingIterable


@task
def add(x, y):
    return x, y


@task
def make():
    return [10, 20]


@flow
def pipeline():
    print(add.map([1, 2], unmapped([5, 6])).result())
    print(add.map([1, 2], 7).result())
    print(add.map([1, 2], "ab").result())
    print(add.map([1, 2], make.submit()).result())
    print(add.map([1, 2], unmapped(make.submit())).result())
    print(add.map(x=unmapped(3), y=[1]).result())
    for arguments in (([1, 2], [1, 2, 3]), (unmapped([1]), 2)):
        try:
            add.map(*arguments)
        except (MappingLengthMismatch, MappingMissingIterable) as error:
            print(type(error).__name__)


pipeline()
