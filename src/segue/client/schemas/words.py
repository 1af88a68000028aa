"""Choices that are written as words: each equals its text, and shows its class."""

from __future__ import annotations

from enum import Enum


class Word(str, Enum):
    """One of several words."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"
