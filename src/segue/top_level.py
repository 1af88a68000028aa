"""The top level of a script, which starts no run while the script is only loaded for one of its flows or tasks."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class TopLevelCall(BaseException):
    """A script that is only being loaded has come to a call that would start a run."""


class _Now:
    loading = 0


class loading:  # noqa: N801 - used as a word: `with loading():`
    """While its block runs, a call that would start a run at the top level raises `TopLevelCall` instead."""

    def __enter__(self) -> Self:
        """Begin."""
        _Now.loading += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        _Now.loading -= 1


def starts_a_run() -> None:
    """Say that a run is about to start outside any other; raises `TopLevelCall` while a script is being loaded."""
    if _Now.loading:
        raise TopLevelCall
