"""What numbers and instants may be when they come from outside: no more than every database can hold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

#: An instant that says in which zone it is.
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
#: A number of a column, and one that counts or limits something.
Whole: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Amount: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
#: How many things a page holds at most, and how many it may be asked for.
LARGEST_PAGE = 1_000
PageSize: TypeAlias = Annotated[int, Meta(ge=0, le=LARGEST_PAGE)]
#: Rows to be skipped.
Offset: TypeAlias = Annotated[int, Meta(ge=0, le=2**63 - 1)]
#: A length of time that still can be added to the present one: up to a hundred years.
Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=3_155_760_000)]
#: The same forwards or backwards: a lease given for less than nothing has run out.
Span: TypeAlias = Annotated[float, Meta(ge=-3_155_760_000, le=3_155_760_000)]
