from collections.abc import Sequence
from typing import Any, Generic, NewType, Optional, TypeVar, Union

from pydantic import BaseModel

from segue import flow

Item = TypeVar("Item")
UserId = NewType("UserId", int)


class Page(BaseModel, Generic[Item]):
    items: list[Item]


@flow
def run(
    page: Page[int],
    user: UserId,
    names: Sequence[str] = (),
    anything: Any = None,
    either: Union[int, list[int]] = 0,
    maybe: Optional[dict[str, list[int]]] = None,
):
    return page, user, names, anything, either, maybe


print(run({"items": ["1", 2]}, "5"))
print(run(Page[int](items=[3]), 6, names=["a"], anything=object, either=["7"], maybe={"k": ["1"]})[1:])
for bad in ({"page": {"items": ["x"]}, "user": 1}, {"page": {"items": []}, "user": "u"}):
    try:
        run(**bad)
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[1].strip())
