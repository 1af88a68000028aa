from enum import Enum

from pydantic import BaseModel

from segue import flow


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Box(BaseModel):
    width: int


@flow
def pack(count: int, box: Box, size: Size = Size.SMALL, label: str = "none", free=None):
    """Pack boxes.

    Args:
        count: How many boxes.
        label: What is written on them.
    """


schema = pack.parameters.model_dump()
print(sorted(schema))
print(schema["title"], schema["type"], schema["required"])
for name, field in schema["properties"].items():
    print(name, {key: field[key] for key in sorted(field)})
print(sorted(schema["definitions"]))
