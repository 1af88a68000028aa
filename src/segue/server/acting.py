"""Automations at work: the loops that evaluate, act and tell, and what they need from the server's start to its end."""

from __future__ import annotations

from collections.abc import Sequence

from segue.backend.embedded import EmbeddedBackend
from segue.decide.telling import FIRST
from segue.outbound.postman import Postman
from segue.server.bell import Bell
from segue.server.loops.deliverer import Deliverer
from segue.server.loops.evaluator import Evaluator
from segue.server.loops.loop import Loop
from segue.server.loops.performer import Performer

#: Operations after which there is nothing more to be done, or told: an automation fires by what the evaluator writes alone. What
#: runs record comes often, and a look costs as much as a small commit.
_NOTHING_TO_DO = ("events.", "flow-runs.", "leases.", "records.", "task-runs.", "workers.")


class Acting:
    """The evaluator, the performer and the deliverer, each with a bell of its own."""

    def __init__(self, backend: EmbeddedBackend, allowed: Sequence[str], *, ui: str, first: float = FIRST) -> None:
        self.postman = Postman(allowed)
        self._evaluator = Evaluator(backend, Bell(backend))
        # What is decided here is done here, at once; what another server left behind is found by looking.
        self._bells = tuple(Bell(backend, others=False, unless=_NOTHING_TO_DO) for _ in range(2))
        self._performer = Performer(backend, self._bells[0], ui=ui)
        self._deliverer = Deliverer(backend, self._bells[1], self.postman, first=first)

    def begin(self) -> list[Loop]:
        """Begin to listen to commits, and return the loops."""
        self._evaluator.begin()
        for bell in self._bells:
            bell.start()
        return [self._evaluator, self._performer, self._deliverer]

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._evaluator.stop()
        for bell in self._bells:
            bell.close()

    def end(self) -> None:
        """Let another server go on: with evaluating at once, with what was being sent when its claim has lapsed."""
        self._evaluator.end()
        self._deliverer.break_off()
        self.postman.close()
        self._deliverer.end()
