"""One numbered line of migrations.

A file `migrations/NNNN_name.sql` (and `.postgresql.sql` where it must differ) moves the schema one step. Its first line may
say `-- post`: such a step removes what the previous release still reads, so it waits until `database upgrade` is asked to
finish; all others are `pre` and run when a database is opened. `-- min_reader: N` raises the oldest schema number a program
may have been written for and still read this database; a program older than that refuses with a clear sentence.
"""

from __future__ import annotations

import os
import re
from functools import cache

from msgspec import Struct

from segue.model.errors import StorageProblem

_FOLDER = os.path.join(os.path.dirname(__file__), "migrations")
_NAME = re.compile(r"^(\d{4})_\w+\.sql$")
_MIN_READER = re.compile(r"^-- min_reader: (\d+)$", re.MULTILINE)


class Migration(Struct, frozen=True):
    """One step of the schema."""

    number: int
    sql: str
    post: bool
    min_reader: int | None


@cache
def migrations(dialect: str) -> tuple[Migration, ...]:
    """Return every step in order, for one dialect."""
    names = sorted(os.listdir(_FOLDER))
    found = []
    for name in names:
        match = _NAME.match(name)
        if match is None:
            continue
        special = name.replace(".sql", f".{dialect}.sql")
        with open(os.path.join(_FOLDER, special if special in names else name), encoding="utf-8") as file:
            text = file.read()
        oldest = _MIN_READER.search(text)
        found.append(
            Migration(
                number=int(match[1]),
                sql=text,
                post=text.startswith("-- post"),
                min_reader=int(oldest[1]) if oldest else None,
            )
        )
    return tuple(found)


def newest(dialect: str) -> int:
    """Return the schema number this program is written for."""
    return migrations(dialect)[-1].number


def due(dialect: str, *, version: int, min_reader: int, address: str, post: bool = False) -> list[Migration]:
    """Return the steps to apply on opening; raises `StorageProblem` for a database this program must not touch."""
    mine = newest(dialect)
    if min_reader > mine:
        message = (
            f"The database {address} was written by a newer version of Segue (schema {version}; this program reads up to "
            f"{mine}). Nothing was changed. Upgrade Segue in this environment, or point SEGUE_HOME or "
            "SEGUE_DATABASE_URL at another database."
        )
        raise StorageProblem(message)
    return [step for step in migrations(dialect) if step.number > version and (post or not step.post)]
