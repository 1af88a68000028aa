from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field

from pydantic import BaseModel

from segue import flow, task

Pair = namedtuple("Pair", "left right")


@dataclass
class Holder:
    value: object
    more: list = field(default_factory=list)


class Model(BaseModel):
    value: object


@task
def make(x):
    return x


@task
def show(thing):
    if isinstance(thing, Model):
        return type(thing).__name__, type(thing.value).__name__
    return type(thing).__name__, thing


@flow
def main():
    f = make.submit
    print(show([f(1), [f(2), (f(3),)]]))
    print(show({"a": f(1), "b": {"c": [f(2)]}}))
    print(show(Pair(f(1), f(2))))
    print(show(Holder(f(1), [f(2)])))
    print(list(show(OrderedDict(a=f(1)))[1].items()))
    print(show({f(1), f(2)}))
    print(show((f(1), None, "x")))
    d = defaultdict(list)
    d["x"].append(f(5))
    print(show(dict(d)))
    print(show.submit([f(1)]).result())
    print(show(Model(value=3)))


main()
