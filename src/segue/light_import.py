"""Imports msgspec without `typing_extensions`, which it prefers when present and which costs as much as all of msgspec.

What msgspec takes from it (`get_type_hints`, `Required`, `NotRequired`) is in `typing` for every Python this package runs
on, and msgspec falls back to that by itself. So the name is hidden while msgspec is imported, unless somebody imported
either already.
"""

import sys

if "msgspec" not in sys.modules and "typing_extensions" not in sys.modules:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec as msgspec
    finally:
        del sys.modules["typing_extensions"]
