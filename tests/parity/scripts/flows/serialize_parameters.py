import datetime

from pydantic import BaseModel

from segue import flow


class Model(BaseModel):
    a: int
    when: datetime.date = datetime.date(2020, 1, 1)


@flow
def f(x, y=None):
    return x


print(f.serialize_parameters({"x": 1, "y": Model(a=1)}))
print(f.serialize_parameters({"x": datetime.datetime(2020, 1, 1), "y": {1, 2}}))
print(f.serialize_parameters({"x": [Model(a=2)], "y": {"m": b"bytes"}}))
