"""Secrets that this process has loaded, kept out of its log lines."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

MASK = "**********"
#: Characters that a secret has at least: a shorter one would make holes in every line.
_LEAST = 4


class _Known:
    lock = threading.Lock()
    texts: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None


def keep_out(secrets: Iterable[str]) -> None:
    """Mask these texts in every log line from now on; those of fewer than four characters are left."""
    new = {secret for secret in secrets if len(secret) >= _LEAST} - _Known.texts
    if not new:
        return
    with _Known.lock:
        _Known.texts |= new
        # The longest first: one may be the beginning of another.
        ordered = sorted(_Known.texts, key=len, reverse=True)
        _Known.pattern = re.compile("|".join(map(re.escape, ordered)))


def masked(message: str) -> str:
    """Return a line without secrets that were loaded, and without what opens a server."""
    if "segue_" in message:
        # The door: hardly any line has the word in it.
        from segue.model.tokens import without_tokens  # noqa: PLC0415

        message = without_tokens(message)
    pattern = _Known.pattern
    return message if pattern is None else pattern.sub(MASK, message)
