"""Small changes of text, under the names users know."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def truncated_to(length: int, value: str | None) -> str:
    """Return the beginning and the end of a text, `length` characters in all, and between them how many were left out.

    A text that would be no shorter for it comes back whole.
    """
    if not value:
        return ""
    if len(value) <= length:
        return value
    half = length // 2
    cut = f"{value[:half]}...{len(value) - 2 * half} additional characters...{value[len(value) - half :]}"
    return min(value, cut, key=len)


def fuzzy_match_string(word: str, possibilities: Iterable[str], *, n: int = 1, cutoff: float = 0.6) -> str | None:
    """Return what a word was most likely meant to be, or None where nothing is like it."""
    return next(iter(difflib.get_close_matches(word, possibilities, n=n, cutoff=cutoff)), None)
