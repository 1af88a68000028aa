"""Kept results that a run does not take, because somebody chose to have them made again."""

from __future__ import annotations

from segue.decide.redoing import is_stale
from segue.model.redoing import Redo


class Redone:
    """The cache keys whose values this run does not take until it has written them itself; safe from every thread."""

    def __init__(self, redo: Redo) -> None:
        self._redo = redo
        self._written: set[str] = set()

    def refreshes(self, key: str) -> bool:
        """Say whether the value under a key is made anew."""
        return key not in self._written and is_stale(self._redo, key)

    def written(self, key: str) -> None:
        """The value under a key is this run's own from now on."""
        self._written.add(key)
