"""The composer of filtered, sorted, keyset-paged lists: the one place where SQL is put together from parts.

A page is asked for by the cursor of the last row of the page before: (value of the sort column, id). NULLs sort last in
either direction, as people expect of runs that have not started.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from segue.model.bounds import LARGEST_PAGE
from segue.model.errors import BadRequest
from segue.store.codec import Cell, Row, json_text
from segue.store.session import Param, Session

T = TypeVar("T")

#: What can be sorted by and is text; the rest are numbers.
_TEXTS = frozenset({"name", "slug", "id", "type-name"})


#: Rows up to which a condition leads to few: they are found by its index and then sorted.
FEW = 3_000


class Where:
    """Conditions that must all hold, and their parameters."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.parts: list[str] = []
        #: Conditions that no index serves, or none that is worth it: looked for along the order of the list.
        self.sought: list[str] = []
        #: Whether one of them looks up a row of another table for each row of this one.
        self.looks_up = False
        self.params: dict[str, Param] = {}
        #: By column: conditions of which an index may serve one or another; True where it also gives the order of making.
        self._choices: dict[str, tuple[list[str], bool]] = {}

    def hold(self, value: Param) -> str:
        """Keep a parameter and return its placeholder."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f":{name}" if self.dialect == "sqlite" else f"%({name})s"

    def add(self, condition: str) -> None:
        """Add a condition."""
        self.parts.append(condition)

    def seek(self, condition: str, *, looks_up: bool = False) -> None:
        """Add a condition that no index serves; `looks_up`: for each row, one of another table is looked up."""
        self.sought.append(condition)
        self.looks_up |= looks_up

    def may(self, column: str, condition: str, *, ordered: bool = False) -> None:
        """Add a condition that an index of its column serves, if it leads to few rows.

        `ordered`: what the index leads to is in the order of making.
        """
        conditions, _ = self._choices.get(column, ([], False))
        self._choices[column] = ([*conditions, condition], ordered)

    def compare(self, column: str, operator: str, value: Param, *, choice: bool = False) -> None:
        """Add a comparison, unless there is nothing to compare with; `choice`: as one that an index may serve."""
        if value is None:
            return
        condition = f"{column} {operator} {self.hold(value)}"
        if choice:
            self.may(column, condition)
        else:
            self.add(condition)

    def among(self, column: str, values: Sequence[str] | None, *, negate: bool = False, choice: bool = False) -> None:
        """Add membership in a list; an empty list holds for nothing, None for everything.

        `choice`: as one that an index may serve. What is in none of a list is sought.
        """
        if values is None:
            return
        if not values:
            self.add("1 = 1" if negate else "1 = 0")
            return
        word = "NOT IN" if negate else "IN"
        if len(values) <= 20:
            condition = f"{column} {word} ({', '.join(self.hold(value) for value in values)})"
        else:
            condition = f"{column} {word} ({self._elements(self.hold(json_text(list(values))))})"
        if negate:
            self.seek(condition)
        elif choice:
            self.may(column, condition, ordered=len(values) == 1)
        else:
            self.add(condition)

    def contains(self, column: str, text: str | None, *, looks_up: bool = False) -> None:
        """Add 'contains this text', upper and lower case alike; `looks_up`: a part of it stands in another table."""
        if text is not None:
            self._contains(column, _escaped(text).replace("%", "\\%"))
            self.looks_up |= looks_up

    def like(self, column: str, pattern: str | None) -> None:
        """Add 'contains this pattern', upper and lower case alike; `%` in it stands for any text."""
        if pattern is not None:
            self._contains(column, _escaped(pattern))

    def _contains(self, column: str, escaped: str) -> None:
        self.seek(f"lower({column}) LIKE {self.hold('%' + escaped + '%')} ESCAPE '\\'")

    def tags(self, column: str, *, every: Sequence[str] | None = None, some: Sequence[str] | None = None) -> None:
        """Add conditions on a JSON list of tags."""
        for tag in every or ():
            self.seek(self._tagged(column, [tag]))
        if some is not None:
            self.seek(self._tagged(column, some))

    def _tagged(self, column: str, some: Sequence[str]) -> str:
        marks = ", ".join(self.hold(tag) for tag in some)
        if self.dialect == "sqlite":
            return f"EXISTS ({self._elements(column)} WHERE e.value IN ({marks or 'NULL'}))"
        # It looks into the stored document as it is, where taking a row out for every tag would cost several times the rest.
        return f"({column})::jsonb ?| CAST(ARRAY[{marks}] AS TEXT[])"

    def has(self, column: str, condition: str) -> str:
        """Return the condition that one of a JSON list of tags fits; in `condition`, `{}` stands for the tag."""
        name = "e.value" if self.dialect == "sqlite" else "e.v"
        return f"EXISTS ({self._elements(column)} WHERE {condition.replace('{}', name)})"

    @property
    def is_served(self) -> bool:
        """Whether an index finds just what is asked for: one condition at most decides, and nothing is sought."""
        return not self.sought and len(self._choices) <= 1

    def choose(self, session: Session, source: str, sort: Sort | None) -> None:
        """Decide which condition an index shall serve; the others are sought along the way.

        The one that leads to the fewest rows, if these are few; else one whose index gives the order that is asked for anyway.
        """
        choices = {column: found for column, found in self._choices.items() if sort is None or column != sort.column}
        by_making = sort is None or sort.word == "created"
        if not choices or (len(choices) == 1 and by_making and all(ordered for _, ordered in choices.values())):
            return
        few = {column: self._found(session, source, conditions) for column, (conditions, _) in choices.items()}
        chosen: str | None = min(choices, key=lambda column: few[column])
        if chosen is not None and few[chosen] >= FEW:
            chosen = next((column for column, (_, ordered) in choices.items() if ordered and by_making), None)
        for column in choices:
            if column != chosen:
                self.sought += self._choices.pop(column)[0]

    def _found(self, session: Session, source: str, conditions: list[str]) -> int:
        """Count what conditions lead to, as far as it matters."""
        body = f"SELECT 1 FROM {source} WHERE {' AND '.join(conditions)} LIMIT {FEW}"  # noqa: S608
        return int(session.select(f"SELECT count(*) FROM ({body}) AS found", self.params)[0][0] or 0)  # noqa: S608

    def is_apart(self, sort: Sort | None) -> bool:
        """Whether an index leads to rows that do not lie beside each other, as those of an order of the whole table do."""
        return any(sort is None or column != sort.column for column in self._choices)

    def narrowed(self) -> None:
        """Say that the conditions lead to few rows in any case: nothing is sought."""
        self.parts += [condition for conditions, _ in self._choices.values() for condition in conditions]
        self.parts += self.sought
        self.sought, self._choices = [], {}

    def indexed(self) -> str:
        """Return the WHERE clause of what indexes serve, or nothing."""
        return _joined(self.parts + [condition for conditions, _ in self._choices.values() for condition in conditions])

    def along(self) -> str:
        """Return the WHERE clause of what is sought, or nothing."""
        return _joined(self.sought)

    def sql(self) -> str:
        """Return the WHERE clause, or nothing."""
        served = [condition for conditions, _ in self._choices.values() for condition in conditions]
        return _joined(self.parts + served + self.sought)

    def _elements(self, source: str) -> str:
        if self.dialect == "sqlite":
            return f"SELECT e.value FROM json_each({source}) AS e"  # noqa: S608
        return f"SELECT e.v FROM jsonb_array_elements_text(({source})::jsonb) AS e (v)"  # noqa: S608


def _joined(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _escaped(text: str) -> str:
    """Text of a pattern, in which `_` is an underscore: names are full of them."""
    return text.lower().replace("\\", "\\\\").replace("_", "\\_")


class Sort:
    """The order of a list: a column, a direction, and the id that settles ties.

    Columns named in `nullable` sort their NULLs last; the others stay free for an index to serve. `numbered`: the id is a number.
    """

    def __init__(
        self,
        word: str,
        columns: dict[str, str],
        id: str,
        *,
        nullable: frozenset[str] = frozenset(),
        numbered: bool = False,
    ) -> None:
        self.down = word.startswith("-")
        self.word = word.removeprefix("-")
        if self.word not in columns:
            message = f"Cannot sort by {self.word!r}; choose one of {', '.join(sorted(columns))}."
            raise BadRequest(message, field="sort", value=word)
        self.column = columns[self.word]
        self.numbered = numbered
        self.nullable = self.word in nullable
        self.id = id

    def order(self) -> str:
        """Return the ORDER BY clause."""
        way = "DESC" if self.down else "ASC"
        if self.column == self.id:
            return f" ORDER BY {self.id} {way}"
        return f" ORDER BY {self.column} {way}{' NULLS LAST' if self.nullable else ''}, {self.id} {way}"

    def nearly(self) -> str:
        """Return the ORDER BY clause of whoever does not mind how ties are settled."""
        nulls = " NULLS LAST" if self.nullable else ""
        return f" ORDER BY {self.column} {'DESC' if self.down else 'ASC'}{nulls}"

    def beyond(self, where: Where, cursor: str | None) -> None:
        """Add the condition that a row lies after the cursor."""
        if cursor is None:
            return
        value, id = decode_cursor(cursor)
        textual = not self.numbered if self.column == self.id else self.word in _TEXTS
        if isinstance(id, str) is self.numbered or (value is not None and isinstance(value, str) is not textual):
            raise BadRequest("The cursor is of a list in another order; ask from the start.", field="after")
        sign = "<" if self.down else ">"
        if value is None:
            where.add(f"({self.column} IS NULL AND {self.id} {sign} {where.hold(id)})")
            return
        mark, tie = where.hold(value), where.hold(id)
        if self.column == self.id:
            where.add(f"{self.id} {sign} {tie}")
            return
        if not self.nullable:
            where.add(f"({self.column}, {self.id}) {sign} ({mark}, {tie})")
            return
        where.add(
            f"({self.column} {sign} {mark} OR ({self.column} = {mark} AND {self.id} {sign} {tie}) "
            f"OR {self.column} IS NULL)"
        )


class Fixed:
    """The one order of a list: by several columns that no two rows share, each with the type of its values."""

    def __init__(self, **columns: type[str] | type[int]) -> None:
        self._columns = {name.replace("__", "."): kind for name, kind in columns.items()}
        self.id = next(reversed(self._columns))

    def order(self) -> str:
        """Return the ORDER BY clause."""
        return f" ORDER BY {', '.join(self._columns)}"

    def beyond(self, where: Where, cursor: str | None) -> None:
        """Add the condition that a row lies after the cursor."""
        if cursor is None:
            return
        values = _decoded(cursor, list[str | int])
        if [type(value) for value in values] != list(self._columns.values()):
            raise BadRequest("The cursor is of another list; ask from the start.", field="after", value=cursor[:80])
        marks = ", ".join(where.hold(value) for value in values)
        where.add(f"({', '.join(self._columns)}) > ({marks})")

    def cursor(self, values: Sequence[Cell]) -> str:
        """Return the cursor of a row, from its values in these columns."""
        return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def page(
    session: Session,
    select: str,
    where: Where,
    sort: Sort | Fixed,
    limit: int,
    offset: int,
    *,
    source: str | None = None,
) -> tuple[list[Row], bool]:
    """Return the rows of a page and whether there are more.

    With `source`, the FROM clause that conditions and order need, the page's ids are found first and only its rows are
    joined with the rest: what is sorted stays narrow.
    """
    checked(limit, offset)
    tail = f" LIMIT {limit + 1}" + (f" OFFSET {int(offset)}" if offset > 0 else "")
    body = where.sql() + sort.order() + tail
    if source is not None:
        body = f" WHERE {sort.id} IN (SELECT {sort.id} FROM {source}{body}){sort.order()}"  # noqa: S608
    rows = session.select(select + body, where.params)
    return rows[:limit], len(rows) > limit > 0


def checked(limit: int, offset: int) -> None:
    """Raise `BadRequest` for a page that cannot be."""
    if not 0 <= limit <= LARGEST_PAGE:
        raise BadRequest(f"limit: a page holds 0 to {LARGEST_PAGE:,}; it is {limit:,}.", field="limit", value=limit)
    if offset < 0:
        raise BadRequest(f"offset: rows to be skipped are 0 or more; it is {offset:,}.", field="offset", value=offset)


def count(session: Session, source: str, where: Where) -> int:
    """Count rows of a FROM clause."""
    rows = session.select(f"SELECT count(*) FROM {source}{where.sql()}", where.params)  # noqa: S608
    return int(rows[0][0] or 0)


def encode_cursor(value: Cell, id: str | int) -> str:
    """Return the opaque cursor of a row."""
    return base64.urlsafe_b64encode(msgspec.json.encode([value, id])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Param, Param]:
    """Read a cursor; raises `BadRequest` for anything that is not one."""
    return _decoded(cursor, tuple[str | int | float | None, str | int])


def _decoded(cursor: str, kind: type[T]) -> T:
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(data, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as problem:
        message = "The cursor is not one that a page gave; ask from the start."
        raise BadRequest(message, field="after", value=cursor[:80]) from problem
