"""What a worker needs of infrastructure: something that starts a run there, and a handle on what it started."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from segue.model.errors import SegueError
from segue.model.launches import Launch

#: Bytes of a line of configuration that a message shows.
_SHOWN = 200


class NoLaunch(SegueError):
    """The infrastructure for this run could not be started: {why}"""  # noqa: D400 - it ends with somebody else's words

    code = "worker.no-launch"
    status = 500


class Ending(Struct, frozen=True):
    """How infrastructure ended, in words that follow "it"."""

    #: The exit code; negative the number of a signal; None where nobody can tell.
    code: int | None
    words: str
    out_of_memory: bool = False


class Job(Struct, frozen=True, kw_only=True):
    """One run as a launcher sees it."""

    name: str
    launch: Launch
    #: Its whole environment, where the infrastructure has none of its own.
    environment: Mapping[str, str]
    #: What is added to the environment of the infrastructure, where it has one.
    added: Mapping[str, str]
    #: The base job template with the variables of deployment and run put in.
    configuration: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return a fact of the configuration that is text; raises `NoLaunch` where it is something else."""
        value = self.configuration.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise NoLaunch(why=f"{name} must be text, not {str(value)[:_SHOWN]!r}.")
        return value

    def words(self, name: str) -> list[str] | None:
        """Return the words of a command line, as a shell splits them; raises `NoLaunch` where it cannot be split."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return shlex.split(text) or None
        except ValueError as problem:
            raise NoLaunch(
                why=f"{name} cannot be split into words, {text[:_SHOWN]!r}: {str(problem).lower().rstrip('.')}."
            ) from problem

    def switch(self, name: str, *, default: bool) -> bool:
        """Return a fact that is true or false; raises `NoLaunch` where it is something else."""
        value = self.configuration.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise NoLaunch(why=f"{name} must be true or false, not {str(value)[:_SHOWN]!r}.")
        return value


class Handle(Protocol):
    """Infrastructure that runs one flow run."""

    def wait(self, seconds: float | None) -> Ending | None:
        """Return how it ended, or None when it has not within so many seconds."""
        ...

    def ask(self) -> None:
        """Ask it to end (SIGTERM)."""
        ...

    def kill(self) -> None:
        """End it; nothing of it runs on return."""
        ...

    def note(self) -> dict[str, object]:
        """Return what another worker of this machine finds it by."""
        ...

    def let_go(self) -> None:
        """Its end is recorded: forget it, and remove what is left of it."""
        ...


class Launcher(Protocol):
    """Starts runs on one kind of infrastructure."""

    def warm(self) -> None:
        """Have ready what the first run would wait for."""
        ...

    def start(self, job: Job) -> Handle:
        """Start a run; raises `NoLaunch`."""
        ...

    def find(self, note: Mapping[str, object]) -> Handle | None:
        """Return a handle on what a worker that is gone has started; None when it is no longer there."""
        ...

    def close(self) -> None:
        """Let go of everything; what runs goes on."""
        ...
