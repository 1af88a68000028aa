"""The catalogue of `.sql` files: one statement a file, read once, in each database's dialect."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


@cache
def statement(name: str) -> str:
    """Return the statement of `sql/<name>.sql`, with `:name` parameters."""
    return (files("segue.store") / "sql" / f"{name}.sql").read_text("utf-8").strip()


@cache
def statement_for_postgresql(name: str) -> str:
    """Return the statement as psycopg wants it; `<name>.postgresql.sql` where that file exists."""
    special = files("segue.store") / "sql" / f"{name}.postgresql.sql"
    text = special.read_text("utf-8").strip() if special.is_file() else statement(name)
    return to_pyformat(text)


def to_pyformat(text: str) -> str:
    """Turn `:name` parameters into `%(name)s`, leaving `::type` casts alone."""
    return _NAMED.sub(r"%(\1)s", text.replace("%", "%%"))
