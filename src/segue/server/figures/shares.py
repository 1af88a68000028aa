"""The numbers of several processes that serve one socket: whichever is asked tells those of all.

Each writes its own into a file now and then; a label `process` tells them apart. A process that takes the place of a lost one takes
its number, so that a graph goes on: counters that begin anew are what those who read them expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import msgspec

from segue.server.figures.exposition import Family
from segue.server.loops.loop import Loop

_SUFFIX = ".figures"


class Shares:
    """The files of the processes of one server."""

    def __init__(self, folder: str, number: int) -> None:
        self.number = number
        self._folder = Path(folder)

    def write(self, families: list[Family]) -> None:
        """Write down what this process counted."""
        path = self._folder / f"{self.number}{_SUFFIX}"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(families))
        fresh.replace(path)

    def others(self) -> Iterator[tuple[int, list[Family]]]:
        """Yield what the other processes wrote last, with their numbers."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path.stem != str(self.number):
                with suppress(OSError):
                    yield int(path.stem), msgspec.json.decode(path.read_bytes(), type=list[Family])


class Sharer(Loop):
    """Writes the numbers of this process down for the others."""

    name: ClassVar[str] = "sharer"
    purpose: ClassVar[str] = "lets every process of the server tell the figures of all"

    def __init__(self, shares: Shares, families: Callable[[], list[Family]], every: float = 5.0) -> None:
        super().__init__(every)
        self._shares = shares
        self._families = families

    def turn(self) -> None:
        """Write once."""
        self._shares.write(self._families())
