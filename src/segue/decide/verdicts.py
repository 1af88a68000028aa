"""What a rule can answer."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from segue.model.states import State


class Accept(Struct, frozen=True):
    """Enter this state. `closes`: it ends the run, and with it the run's open children."""

    state: State
    closes: bool = False
    #: The answer is `reject` although a state is entered: another one than was asked for.
    instead: str | None = None


class Reject(Struct, frozen=True):
    """Nothing changes; the proposer goes by the state that holds."""

    reason: str


class Abort(Struct, frozen=True):
    """Nothing changes and the proposer has nothing left to do; `late`: keep what it said beside the state."""

    reason: str
    late: bool = False


class Wait(Struct, frozen=True):
    """Nothing changes yet; ask again then."""

    until: datetime
    reason: str


class Repeated(Struct, frozen=True):
    """This proposal was answered before: with this state."""

    state: State


Decision = Accept | Reject | Abort | Wait | Repeated
