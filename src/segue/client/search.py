"""How a filter becomes a query: what the wire can ask is asked there, the rest is held against each row as it arrives.

So no condition is ever ignored. What the wire cannot ask costs a walk over the rows that the rest selects; an order that the wire
does not know costs reading all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from segue.backend.protocol import Backend
from segue.client.schemas.conditions import Filter, Question
from segue.model.errors import BadRequest

M = TypeVar("M")
F = TypeVar("F")
Wire = dict[str, object]

#: Rows that one request brings.
PAGE = 200
#: Rows that a list holds when the caller does not say.
DEFAULT_LIMIT = 200


class Page(Protocol, Generic[M]):
    """A page of rows and the cursor of the next."""

    @property
    def items(self) -> list[M]: ...  # noqa: D102 - the names of the wire's own answers
    @property
    def next(self) -> str | None: ...  # noqa: D102


class Ask(Struct, frozen=True, kw_only=True):
    """A page that is asked for."""

    wire: Wire
    sort: str
    limit: int
    after: str | None = None
    offset: int = 0


class Listing(Struct, Generic[M, F], frozen=True, eq=False, kw_only=True):
    """How one kind of thing is listed."""

    page: Callable[[Backend, Ask], Page[M]]
    #: Makes the users' form of a row.
    face: Callable[[M], F]
    #: Which field of the wire asks a question.
    columns: Mapping[tuple[str, str], str]
    #: The wire's name of an order.
    orders: Mapping[str, str]
    #: What other orders go by: (attribute, descending).
    keys: Mapping[str, tuple[str, bool]] = {}
    #: Counts without reading rows, where the wire can.
    count: Callable[[Backend, Wire], int] | None = None


class Asked(Struct, frozen=True, eq=False):
    """A filter taken apart: what the wire is asked, and the filter for the rest."""

    wire: Wire
    rest: Filter | None


def take_apart(columns: Mapping[tuple[str, str], str], given: Filter | None, extra: Wire) -> Asked:
    """Put the questions that the wire knows into its words; conditions combined by `or` stay as they are."""
    wire = dict(extra)
    if given is None:
        return Asked(wire, None)
    questions = given.questions()
    if questions is None:
        return Asked(wire, given)
    left = [question for question in questions if not _put(columns, wire, question)]
    return Asked(wire, given if left else None)


def _put(columns: Mapping[tuple[str, str], str], wire: Wire, question: Question) -> bool:
    path, ask, operand = question
    column = columns.get((path, ask))
    if column is None:
        return False
    before = wire.get(column)
    if isinstance(before, list) and isinstance(operand, list):
        operand = [one for one in operand if one in before]
    elif before is not None:
        return False
    wire[column] = operand
    return True


def find(
    backend: Backend,
    listing: Listing[M, F],
    given: Filter | None,
    *,
    sort: str,
    limit: int | None = None,
    offset: int = 0,
    extra: Wire | None = None,
) -> list[F]:
    """Return the things that a filter means, in an order, `limit` of them after `offset`."""
    asked = take_apart(listing.columns, given, extra or {})
    wanted = DEFAULT_LIMIT if limit is None else limit
    if wanted < 0 or offset < 0:
        raise BadRequest(f"limit and offset cannot be negative, got {wanted} and {offset}")
    order = listing.orders.get(sort)
    if order is None:
        if sort not in listing.keys:
            raise BadRequest(
                f"there is no order {sort!r} here; there are {', '.join([*listing.orders, *listing.keys])}"
            )
        attribute, descending = listing.keys[sort]
        everything = list(_walk(backend, listing, asked, _all(listing, asked)))
        everything.sort(key=lambda thing: _rank(getattr(thing, attribute), descending=descending), reverse=descending)
        return everything[offset : offset + wanted]
    if asked.rest is None:
        ask = Ask(wire=asked.wire, sort=order, limit=min(wanted, PAGE), offset=offset)
        return list(islice(_walk(backend, listing, asked, ask), wanted))
    ask = Ask(wire=asked.wire, sort=order, limit=PAGE)
    return list(islice(_walk(backend, listing, asked, ask), offset, offset + wanted))


def _all(listing: Listing[M, F], asked: Asked) -> Ask:
    return Ask(wire=asked.wire, sort=next(iter(listing.orders.values())), limit=PAGE)


def _rank(value: object, *, descending: bool) -> tuple[bool, object]:
    """Things without a value come last, whichever way the order goes."""
    return (value is None) is not descending, value if value is not None else 0


def every(backend: Backend, listing: Listing[M, F], given: Filter | None, *, extra: Wire | None = None) -> Iterator[F]:
    """Yield everything a filter means."""
    asked = take_apart(listing.columns, given, extra or {})
    yield from _walk(backend, listing, asked, _all(listing, asked))


def count(backend: Backend, listing: Listing[M, F], given: Filter | None, *, extra: Wire | None = None) -> int:
    """Return how many things a filter means."""
    asked = take_apart(listing.columns, given, extra or {})
    if asked.rest is None and listing.count is not None:
        return 0 if _impossible(asked.wire) else listing.count(backend, asked.wire)
    return sum(1 for _ in _walk(backend, listing, asked, _all(listing, asked)))


def _walk(backend: Backend, listing: Listing[M, F], asked: Asked, ask: Ask) -> Iterator[F]:
    """Yield what a filter means, page by page, from the one asked for on."""
    if ask.limit == 0 or _impossible(ask.wire):
        return
    while True:
        page = listing.page(backend, ask)
        for row in page.items:
            face = listing.face(row)
            if asked.rest is None or asked.rest.holds(face):
                yield face
        if page.next is None:
            return
        ask = msgspec.structs.replace(ask, after=page.next, offset=0)


#: Columns of which an empty list asks nothing; of any other it can find nothing.
_ASK_NOTHING = frozenset({"tags_all", "not_state_types"})


def _impossible(wire: Wire) -> bool:
    return any(isinstance(operand, list) and not operand and name not in _ASK_NOTHING for name, operand in wire.items())


def within(extra: Wire, column: str, values: Sequence[str]) -> None:
    """Narrow a query to some values of a column, beside what is asked already."""
    before = extra.get(column)
    extra[column] = [one for one in values if one in before] if isinstance(before, list) else list(values)
