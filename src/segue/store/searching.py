"""Pages and counts of large tables, each in bounded time.

What a table's indexes cannot answer at once is looked for along the list's own order, a stretch at a time: a page that found less
than was asked for before its stretch was over says where to go on. Which condition an index shall serve is decided by looking:
one that few rows fulfil leads to them, one that many fulfil is checked along the way.
"""

from __future__ import annotations

from collections.abc import Mapping

from segue.store.codec import Cell, Row
from segue.store.lists import Sort, Where, checked, encode_cursor
from segue.store.session import Session

#: Rows that one page looks through, and one bounded count.
STRETCH, COUNTED = 10_000, 50_000
#: The same of both where each row may be anywhere on the disk: one of another table, or what an index leads to.
ELSEWHERE = 5_000


def search(
    session: Session,
    select: str,
    source: str,
    where: Where,
    sort: Sort,
    limit: int,
    offset: int = 0,
    *,
    cells: Mapping[str, int],
    joins: str = "",
) -> tuple[list[Row], str | None]:
    """Return the rows of a page and the cursor behind it, None at the end of the list.

    `cells`: of each word that can be sorted by, its column in the rows; the id is column 0. `joins`: what else the conditions need
    that are sought. A page holds fewer rows than its limit before the end of the list only where a condition is sought along the
    way. Skipping rows (`offset`) looks through everything.
    """
    checked(limit, offset)
    where.choose(session, source, sort)
    order = sort.order()
    within = f"{source}{joins}{where.sql()}{order}"
    bounded = bool(where.sought) and offset == 0
    if bounded:
        alias = source.rpartition(" AS ")[2]
        stretch = f"SELECT * FROM {source}{where.indexed()}{order} LIMIT {_reach(where, sort, STRETCH)}"  # noqa: S608 - our own names, placeholders
        within = f"({stretch}) AS {alias}{joins}{where.along()}{order}"
    tail = f" LIMIT {limit + 1}" + (f" OFFSET {offset}" if offset else "")
    body = f"{select} WHERE {sort.id} IN (SELECT {sort.id} FROM {within}{tail}){order}"  # noqa: S608 - as above
    rows = session.select(body, where.params)
    if len(rows) > limit > 0:
        last = rows[limit - 1]
        return rows[:limit], encode_cursor(last[cells[sort.word]], _key(last[0]))
    return rows[:limit], _end(session, source, where, sort) if bounded and limit else None


def _end(session: Session, source: str, where: Where, sort: Sort) -> str | None:
    """Return the cursor of the last row of the stretch, if there is any behind it."""
    reach = _reach(where, sort, STRETCH)
    stretch = f"SELECT {sort.column}, {sort.id} FROM {source}{where.indexed()}{sort.order()} LIMIT {reach + 1}"  # noqa: S608
    rows = session.select(f"SELECT * FROM ({stretch}) AS found LIMIT 2 OFFSET {reach - 1}", where.params)  # noqa: S608
    return encode_cursor(rows[0][0], _key(rows[0][1])) if len(rows) > 1 else None


def count_up_to(
    session: Session, source: str, where: Where, at_most: int, sort: Sort, *, joins: str = ""
) -> tuple[int, bool]:
    """Return how many rows there are, and whether there may be more: counting ends at `at_most`, and after a long stretch.

    The stretch follows `sort`, the order in which the rows are shown: what has just been read for the list is at hand, and no fewer
    are counted than can be seen.
    """
    if not where.is_served:
        where.choose(session, source, sort)
    if not where.sought:
        found = _counted(session, f"SELECT 1 FROM {source}{joins}{where.sql()} LIMIT {at_most + 1}", where)  # noqa: S608
        return min(found, at_most), found > at_most
    alias = source.rpartition(" AS ")[2]
    reach = _reach(where, sort, COUNTED)
    stretch = f"SELECT * FROM {source}{where.indexed()}{sort.nearly()} LIMIT {reach}"  # noqa: S608
    found = _counted(session, f"SELECT 1 FROM ({stretch}) AS {alias}{joins}{where.along()} LIMIT {at_most + 1}", where)  # noqa: S608
    if found > at_most:
        return at_most, True
    behind = session.select(f"SELECT 1 FROM {source}{where.indexed()} LIMIT 1 OFFSET {reach}", where.params)  # noqa: S608
    return found, bool(behind)


def tally(
    session: Session, source: str, where: Where, part: str, at_most: int, *, order: str, column: str, joins: str = ""
) -> tuple[dict[int, int], Cell]:
    """Count rows by parts, the last ones first; return how many each part has, and where counting ended.

    `part`: the expression that gives the number of a row's part. `order`: a column of whole numbers. Where counting ended before
    the first row, after `at_most` of them or after a long stretch, the `column` of the row at which it ended is returned,
    otherwise None.
    """
    where.choose(session, source, None)
    by, reach = f" ORDER BY {order} DESC", _reach(where, None, COUNTED)
    within = f"{source}{where.indexed()}"
    if where.sought:
        stretch = f"SELECT * FROM {within}{by} LIMIT {reach}"  # noqa: S608 - our own names, placeholders
        within = f"({stretch}) AS {source.rpartition(' AS ')[2]}{joins}{where.along()}"
    found = f"SELECT {part} AS part, {order} AS place FROM {within}{by} LIMIT {at_most + 1}"  # noqa: S608 - as above
    rows = session.select(f"SELECT part, count(*), min(place) FROM ({found}) AS found GROUP BY 1", where.params)  # noqa: S608
    many = {int(number or 0): int(count or 0) for number, count, _ in rows}
    if sum(many.values()) > at_most:
        last, of = min((int(place or 0), int(number or 0)) for number, _, place in rows)
        many[of] -= 1
        ended = session.select(f"SELECT {column} FROM {source} WHERE {order} = {last}", {})  # noqa: S608
        return many, ended[0][0] if ended else None
    if not where.sought:
        return many, None
    behind = f"SELECT {column} FROM {source}{where.indexed()}{by} LIMIT 1 OFFSET {reach}"  # noqa: S608
    ended = session.select(behind, where.params)
    return many, ended[0][0] if ended else None


def _counted(session: Session, body: str, where: Where) -> int:
    rows = session.select(f"SELECT count(*) FROM ({body}) AS found", where.params)  # noqa: S608
    return int(rows[0][0] or 0)


def _reach(where: Where, sort: Sort | None, usual: int) -> int:
    return ELSEWHERE if where.looks_up or where.is_apart(sort) else usual


def _key(id: Cell) -> str | int:
    return id if isinstance(id, int) else str(id)
