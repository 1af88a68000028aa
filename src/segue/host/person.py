"""Who is at the keyboard, as the operating system knows them."""

from __future__ import annotations

import os
from functools import cache


@cache
def user_name() -> str:
    """Return the name of the user this process runs as; the number, where nobody gave it a name."""
    for variable in ("LOGNAME", "USER", "USERNAME"):
        name = os.environ.get(variable)
        if name:
            return name
    if not hasattr(os, "getuid"):
        return "unknown"
    try:
        import pwd  # noqa: PLC0415 - a door: only where the environment does not say

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        # A container may run as a number that no user has.
        return f"uid {os.getuid()}"
