"""The law of states: which a run may go from, and to.

A run is born SCHEDULED (it has an instant to wait for) or PENDING (it is being prepared), goes to RUNNING when user code
runs, and ends in one of four final states. From RUNNING it may go back to SCHEDULED, to wait for its next attempt, or to
PAUSED, to wait for a person. CANCELLING is a promise that somebody will stop it; only an end can follow, whichever comes
first: the stop, or the work finishing before it was noticed.

Four laws stand above the table, and `decide.proposals` keeps them for flow runs:

1. Final is final. A run that ended moves only by an explicit retry (a claim with a higher fence, or SCHEDULED named
   AwaitingRetry) or by force. An outcome that arrives later is kept beside the state, never in its place.
2. The holder is the authority. While a process holds the lease of a run, nobody outside says what the run does; what they
   may do is ask it to stop, resume it from a pause, or force.
3. A newer fence silences the older. A proposal under an old fence changes nothing.
4. A proposal is made once. Repeated, with the same id, it gets the first answer.

Task runs are facts told by the holder; `TASK_MOVES` is what the engine itself keeps to, and it differs in one point: a
task may leave COMPLETED for COMPLETED, when its transaction is rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping

from segue.model.states import FINAL_KINDS

Kind = str

_ENDS = frozenset(FINAL_KINDS)

#: Legal moves of a flow run between state types, final states left out: nothing leaves them but by retry or force.
FLOW_MOVES: Mapping[Kind, frozenset[Kind]] = {
    "SCHEDULED": _ENDS | {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING"},
    "PENDING": _ENDS | {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING"},
    "RUNNING": _ENDS | {"SCHEDULED", "RUNNING", "PAUSED", "CANCELLING"},
    "PAUSED": _ENDS | {"SCHEDULED", "RUNNING", "CANCELLING"},
    "CANCELLING": _ENDS,
    "COMPLETED": frozenset(),
    "FAILED": frozenset(),
    "CRASHED": frozenset(),
    "CANCELLED": frozenset(),
}

#: Legal moves of a task run between state types.
TASK_MOVES: Mapping[Kind, frozenset[Kind]] = {
    "SCHEDULED": _ENDS | {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING"},
    "PENDING": _ENDS | {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING"},
    "RUNNING": _ENDS | {"SCHEDULED", "RUNNING", "PAUSED", "CANCELLING"},
    "PAUSED": _ENDS | {"SCHEDULED", "RUNNING", "CANCELLING"},
    "CANCELLING": _ENDS,
    "COMPLETED": frozenset({"COMPLETED"}),
    "FAILED": frozenset(),
    "CRASHED": frozenset(),
    "CANCELLED": frozenset(),
}


def is_final(kind: Kind) -> bool:
    """Say whether a run in a state of this type has ended."""
    return kind in FINAL_KINDS


def legal(before: Kind, after: Kind) -> bool:
    """Say whether the table lets a flow run make this move."""
    return after in FLOW_MOVES[before]


def legal_for_task(before: Kind, after: Kind) -> bool:
    """Say whether the table lets a task run make this move."""
    return after in TASK_MOVES[before]
