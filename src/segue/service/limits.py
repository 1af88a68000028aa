"""The size limits, enforced alike whichever way a request came."""

from __future__ import annotations

from segue.model.errors import TooLarge
from segue.store.codec import json_text


def fits(what: str, value: object, limit: int) -> None:
    """Raise `TooLarge` when a value is larger as JSON than its limit."""
    if not value:
        return
    size = len(value if isinstance(value, str) else json_text(value))
    if size > limit:
        raise TooLarge(what=what, size=size, limit=limit)


def clipped(text: str, limit: int) -> str:
    """Return the text, cut to the limit with a note of how much is missing: a log line or a name is never refused."""
    # Four bytes are the most a character takes.
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text
    note = f"… [{len(data) - limit:,} bytes cut]"
    return data[: limit - len(note.encode())].decode("utf-8", "ignore") + note
