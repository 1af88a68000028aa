"""Lists read to their end: a page may hold few things, or none, and its list go on behind it (docs/decisions/0007)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Q = TypeVar("Q", bound=Struct)


class Page(Protocol[T_co]):
    """A part of a list, and the cursor of what comes behind it; None at the list's end."""

    @property
    def items(self) -> Sequence[T_co]: ...  # noqa: D102 - said above

    @property
    def next(self) -> str | None: ...  # noqa: D102 - said above


def every_item(page: Callable[[Q], Page[T]], query: Q) -> Iterator[T]:
    """Yield all that a query without an offset means, a page at a time."""
    while True:
        found = page(query)
        yield from found.items
        if found.next is None:
            return
        query = msgspec.structs.replace(query, after=found.next)
