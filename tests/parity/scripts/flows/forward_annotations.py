from __future__ import annotations

from pydantic import BaseModel

from segue import flow


class Later(BaseModel):
    x: int


@flow
def run(later: Later, numbers: list[int], maybe: int | None = None) -> str:
    return f"{later.x + sum(numbers)} {maybe}"


print(run({"x": "1"}, ["2", "3"]))
print(run(Later(x=1), [2], "4"))
try:
    run({"x": "one"}, [])
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[1])
