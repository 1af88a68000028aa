"""One loop: a turn of work, done again and again."""

from __future__ import annotations

from typing import ClassVar


class Loop:
    """Work that is done every so often for as long as a server lives."""

    #: Its name in `/api/ready` and in the log.
    name: ClassVar[str]
    #: What it is there for, as people are told: `closes runs whose process is gone`.
    purpose: ClassVar[str]

    def __init__(self, every: float) -> None:
        #: Seconds from one turn to the next.
        self.every = every

    def turn(self) -> None:
        """Do what there is to do now; may raise what it likes, and is then tried again later."""
        raise NotImplementedError

    def beat(self) -> None:
        """Say in the middle of a long turn that it goes well; the metronome listens."""
