from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, field_validator
from typing_extensions import TypedDict

from segue import flow


class Settings(BaseModel):
    name: str
    sizes: list[int] = [1]

    @field_validator("name")
    @classmethod
    def not_empty(cls, value):
        if not value:
            raise ValueError("a name is needed")
        return value


class Strict(BaseModel, extra="forbid"):
    x: int


@dataclass
class Row:
    id: int
    label: str = "none"


class Pair(NamedTuple):
    a: int
    b: int


class Options(TypedDict):
    depth: int


class Plain:
    pass


@flow
def run(settings: Settings = None, strict: Strict = None, row: Row = None, pair: Pair = None, options: Options = None):
    return [value for value in (settings, strict, row, pair, options) if value is not None]


@flow
def custom(plain: Plain):
    return isinstance(plain, Plain)


print(run(settings={"name": "a", "sizes": ["2"]}))
print(run(strict={"x": 1}))
print(run(row={"id": "3"}))
print(run(pair=["1", "2"]))
print(run(options={"depth": "4"}))
print(custom(Plain()))
for parameters in ({"settings": {"name": ""}}, {"strict": {"x": 1, "y": 2}}, {"row": {}}, {"options": {}}):
    try:
        run(**parameters)
    except Exception as error:
        print(type(error).__name__, [line.strip() for line in str(error).splitlines()[:4] if "pydantic.dev" not in line])
try:
    custom(5)
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[1].strip())
