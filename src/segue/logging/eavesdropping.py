"""Listening to a logger for a while."""

from __future__ import annotations

import logging
from typing import Self


class LogEavesdropper(logging.Handler):
    """Collects what a logger and its children say inside a `with` block; `.text()` gives it back."""

    def __init__(self, eavesdrop_on: str, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.eavesdrop_on = eavesdrop_on
        self._lines: list[str] = []
        self._level_before = logging.NOTSET
        self.setFormatter(logging.Formatter("[%(levelname)s]: %(message)s"))

    def __enter__(self) -> Self:
        """Begin to listen; the logger lets through what this listener wants to hear."""
        logger = logging.getLogger(self.eavesdrop_on)
        self._lines = []
        self._level_before = logger.level
        logger.setLevel(self.level)
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        logger = logging.getLogger(self.eavesdrop_on)
        logger.removeHandler(self)
        logger.setLevel(self._level_before)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record."""
        self._lines.append(self.format(record))

    def text(self) -> str:
        """Return what was heard, one line each."""
        return "\n".join(self._lines)
