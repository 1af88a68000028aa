"""User code in a process of its own, which can be ended whatever it does: also in C code, also when it ignores signals."""

from __future__ import annotations

from segue.engine.asks import CallUser, Outcome


def call_isolated(ask: CallUser) -> Outcome:
    """Run the call in a child process and kill its whole process group when the time is up."""
    raise NotImplementedError(ask)
