"""The evaluator: lets automations fire, by what happens and by what does not."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from segue.backend import evaluator
from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import monotonic
from segue.model.errors import StorageProblem
from segue.server.bell import Bell
from segue.server.loops.loop import Loop

#: Seconds for which one server evaluates before another may. A file on one machine has one server, and the end of one of its
#: processes is seen at once.
_LEASE, _OWN_LEASE = 5.0, 60.0
#: Seconds without anything to do after which it looks.
_LONGEST = 1.0
#: The pause after a turn, in times of what it took, and in seconds at most: what comes fast is taken many at a time.
_REST, _PAUSE = 2.0, 0.2


class Evaluator(Loop):
    """Evaluates as soon as something is committed; of several servers one does it, and another when it is gone."""

    name: ClassVar[str] = "evaluator"
    purpose: ClassVar[str] = "lets automations fire"

    def __init__(self, backend: EmbeddedBackend, bell: Bell) -> None:
        super().__init__(0.0)
        self._evaluator = evaluator.Evaluator(backend, lease=_OWN_LEASE if backend.is_on_own_disk else _LEASE)
        self._bell = bell

    def turn(self) -> None:
        """Evaluate what there is, and wait for more."""
        began = monotonic()
        due = self._evaluator.turn(self.beat)
        self.beat()
        if not self._evaluator.evaluates:
            self._bell.rest(_LONGEST)
            return
        self._bell.pause(min(_PAUSE, _REST * (monotonic() - began)))
        self._bell.wait(_LONGEST if due is None else min(_LONGEST, due))

    def begin(self) -> None:
        """Begin to listen to commits."""
        self._bell.start()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._bell.close()

    def end(self) -> None:
        """Let another server go on at once; where that cannot be written, it does when the lease has ended."""
        with suppress(StorageProblem):
            self._evaluator.leave()
