"""Secrets that this process has loaded, kept out of what it records: log lines, messages of states, facts of failures."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

MASK = "**********"
#: Characters that a secret has at least: a shorter one would make holes in every line.
_LEAST = 4
#: Characters of a line, such as of a private key, that gives something away by itself.
_LONG = 16


class _Known:
    lock = threading.Lock()
    texts: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None


def keep_out(secrets: Iterable[str]) -> None:
    """Mask these texts in what is recorded from now on; those of fewer than four characters are left."""
    share(form for secret in secrets if len(secret) >= _LEAST for form in _forms(secret))


def known() -> frozenset[str]:
    """Return the texts that are masked, for another process of the same run."""
    return _Known.texts


def share(texts: Iterable[str]) -> None:
    """Mask the texts that another process masks."""
    new = set(texts) - _Known.texts
    if not new:
        return
    with _Known.lock:
        _Known.texts |= new
        # The longest first: one may be the beginning of another.
        ordered = sorted(_Known.texts, key=len, reverse=True)
        _Known.pattern = re.compile("|".join(map(re.escape, ordered)))


def forget() -> None:
    """Mask nothing any more: for tests, whose secrets are words that others use."""
    with _Known.lock:
        _Known.texts, _Known.pattern = frozenset(), None


def _forms(secret: str) -> set[str]:
    """A text as it is, as `repr` shows it, and as it stands in JSON; and each line of one that has several."""
    import json  # noqa: PLC0415 - a door: processes that load no secret do not pay for it

    lines = {line for line in secret.splitlines() if len(line.strip()) >= _LONG} if "\n" in secret else set[str]()
    return {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], *lines}


def masked(message: str) -> str:
    """Return a text without secrets that were loaded, and without what opens a server."""
    if "segue_" in message:
        # The door: hardly any text has the word in it.
        from segue.model.tokens import without_tokens  # noqa: PLC0415

        message = without_tokens(message)
    pattern = _Known.pattern
    return message if pattern is None else pattern.sub(MASK, message)
