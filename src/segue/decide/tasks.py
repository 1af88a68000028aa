"""What becomes of a task run's state proposed from outside its lease. The laws are in `decide.moves`."""

from __future__ import annotations

from segue.decide.moves import legal_for_task
from segue.decide.verdicts import Accept, Reject
from segue.model.states import State


def propose_for_task(state: State, to: State, *, held: bool, force: bool) -> Accept | Reject:
    """Decide over a state that somebody outside proposes for a task run."""
    if force:
        return Accept(to, closes=to.final)
    if held and not state.final:
        return Reject("A process holds this task run, and it alone says what the task does. Cancel the flow run.")
    if not legal_for_task(state.kind, to.kind):
        return Reject(f"This task run cannot go from {state.kind} to {to.kind}.")
    return Accept(to, closes=to.final)
