"""The catalogue of `.sql` files: one statement a file, read once, in each database's dialect."""

from __future__ import annotations

import os
import re
from functools import cache

# Beside this file; `importlib.resources` would cost even more than `pathlib`.
_FOLDER = os.path.join(os.path.dirname(__file__), "sql")
_LISTED = re.compile(r"SELECT value FROM json_each\(:(\w+)\)")
_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")


@cache
def statement(name: str) -> str:
    """Return the statement of `sql/<name>.sql`, with `:name` parameters."""
    with open(os.path.join(_FOLDER, f"{name}.sql"), encoding="utf-8") as file:
        return file.read().strip()


@cache
def statement_for_postgresql(name: str) -> str:
    """Return the statement as psycopg wants it; `<name>.postgresql.sql` where that file exists."""
    special = f"{name}.postgresql"
    return to_pyformat(statement(special if os.path.exists(os.path.join(_FOLDER, f"{special}.sql")) else name))


def to_pyformat(text: str) -> str:
    """Turn `:name` parameters into `%(name)s`, leaving `::type` casts alone, and spell membership in a JSON list."""
    text = _LISTED.sub(r"SELECT jsonb_array_elements_text(:\1::jsonb)", text.replace("%", "%%"))
    return _NAMED.sub(r"%(\1)s", text)
