"""Which SQLite is in use: the one that `apsw` carries, not the interpreter's own."""

from __future__ import annotations

import apsw


def library_version() -> str:
    """Return the version of the SQLite library."""
    return apsw.sqlite_lib_version()
