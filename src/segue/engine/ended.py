"""How a run ended, in memory: its final state together with the value or the exception, which the record never holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from segue.model.states import Completed, State

if TYPE_CHECKING:
    from segue.engine.results import Results


class Missing:
    """Says that there is no value in memory, as opposed to the value None."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<missing>"


MISSING = Missing()


class Ended(Struct, frozen=True, eq=False):
    """A final (or paused) state with what user code gave."""

    state: State
    #: The return value; for a failure the exception, or whatever data the user put into the state.
    value: object = MISSING
    #: What to raise for a caller who wants the value; None when the run completed.
    error: BaseException | None = None
    #: Where to load the value from when it was not kept in memory.
    results: Results | None = None
    #: The user's own face of the state, when user code returned one, so that identity and extra data survive.
    face: object = None

    @property
    def completed(self) -> bool:
        """Whether the run completed."""
        return isinstance(self.state, Completed)
