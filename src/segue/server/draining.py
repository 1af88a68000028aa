"""The end of a server as those see it who answer for long: streams and calls that wait."""

from __future__ import annotations

from collections.abc import Callable


class Draining:
    """Says that the server is about to end; whoever answers for long then ends its answer so that the client can go on."""

    def __init__(self) -> None:
        self._begun = False
        self._then: list[Callable[[], object]] = []

    def then(self, act: Callable[[], object]) -> None:
        """Let this be called at the beginning of the end, on the event loop."""
        self._then.append(act)

    @property
    def begun(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._begun

    def begin(self) -> None:
        """Let everybody know, once; called on the event loop."""
        if self._begun:
            return
        self._begun = True
        for act in self._then:
            act()
