from pydantic import BaseModel

from segue import flow


class Thing:
    pass


class Model(BaseModel):
    x: int


@flow
def plain(value):
    value.append("changed")
    return value


@flow
def annotated(value: list):
    value.append("changed")
    return value


@flow
def typed(value: list[int]):
    value.append(9)
    return value


@flow
def model(value: Model):
    return value


@flow
def thing(value: object):
    return value


for each in (plain, annotated, typed):
    given = [1]
    returned = each(given)
    print(each.name, given, returned, returned is given)
given = Model(x=1)
print(model(given) is given, model(given) == given)
given = Thing()
print(thing(given) is given)
