from pydantic import BaseModel

from segue import flow


class Model(BaseModel):
    a: int


@flow
def f(x: int, y: list[str] = [], m: Model = Model(a=1), **extra: int):
    return x


print(f.validate_parameters({"x": "1", "y": ("a",), "m": {"a": "2"}}))
for bad in ({"x": "no"}, {"z": 1}, {}, {"x": 1, "m": {"a": "b"}}):
    try:
        print(f.validate_parameters(bad))
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])


@flow(validate_parameters=False)
def g(x: int):
    return x


print(g("text"), g.should_validate_parameters, f.should_validate_parameters)
try:
    print(g.validate_parameters({"x": "no"}))
except Exception as error:
    print(type(error).__name__)
