"""The janitor: deletes what is past its keep time."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from segue.backend.janitor import tidy
from segue.backend.protocol import Backend
from segue.model.settings import Retention
from segue.server.loops.loop import Loop


class Ending(Exception):
    """The server ends; the next one goes on with what is left."""


class Janitor(Loop):
    """Tidies the database once a day, whichever server or process comes to it first."""

    name: ClassVar[str] = "janitor"
    purpose: ClassVar[str] = "deletes what is past its time"

    def __init__(self, backend: Backend, keep: Retention, pause: Callable[[float], bool], every: float = 300.0) -> None:
        super().__init__(every)
        self._backend = backend
        self._keep = keep
        self._pause = pause

    def turn(self) -> None:
        """Look whether it is due, and do it."""
        tidy(self._backend, self._keep, pause=self._rest)

    def _rest(self, seconds: float) -> None:
        self.beat()
        if self._pause(seconds):
            raise Ending
