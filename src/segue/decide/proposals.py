"""What becomes of a proposed state of a flow run. The laws are in `decide.moves`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from segue.decide.moves import legal
from segue.decide.verdicts import Abort, Accept, Decision, Reject, Repeated, Wait
from segue.model.errors import StaleFence
from segue.model.states import Actor, Cancelled, Cancelling, Crashed, Failed, Paused, Pending, Running, Scheduled, State


class RunSnapshot(Struct, frozen=True, kw_only=True):
    """What the rule may know of a flow run."""

    state: State
    fence: int
    #: True while a process holds the lease under which the run executes.
    held: bool
    #: It is of a deployment: somebody starts it again when it has been suspended.
    deployed: bool = False
    #: Every state the run was in, oldest first.
    history: Sequence[State] = ()
    late_outcome: State | None = None


class Propose(Struct, frozen=True, kw_only=True):
    """Asks that a run go into a state; `fence` is None for a proposer from outside."""

    state: State
    fence: int | None = None
    force: bool = False


def propose(run: RunSnapshot, command: Propose, now: datetime) -> Decision:
    """Decide over a proposal; raises `StaleFence` when another process has taken over."""
    to = command.state
    for known in run.history:
        if known.id == to.id:
            return Repeated(known)
    if run.late_outcome is not None and run.late_outcome.id == to.id:
        return Abort(_over(run.state))
    if command.fence is not None and command.fence != run.fence:
        if run.state.final and to.final:
            return Abort(_over(run.state), late=True)
        raise StaleFence(given=command.fence, current=run.fence)
    if command.force:
        return Accept(to, closes=to.final)
    if run.state.final:
        return _from_final(run, command)
    if isinstance(to, Cancelling | Cancelled):
        return _cancel(run, command)
    if not legal(run.state.kind, to.kind):
        return _illegal(run, to)
    if command.fence is None and run.held:
        return _from_outside(run, to, now)
    match to:
        case Paused():
            return _pause(run, to)
        case Running() if isinstance(run.state, Scheduled) and run.state.at > now:
            return Wait(run.state.at, "It is scheduled for later.")
        case Pending() if isinstance(run.state, Pending) and to.name in {"Pending", run.state.name}:
            return Abort("This run is pending already: another process is preparing it.")
        case Running() | Scheduled() if isinstance(run.state, Paused):
            return _resume(run.state, to, now, by_holder=command.fence is not None)
        case _:
            return Accept(to, closes=to.final)


def _from_final(run: RunSnapshot, command: Propose) -> Decision:
    to = command.state
    if to.final and command.fence is not None:
        return Abort(_over(run.state), late=True)
    if isinstance(to, Scheduled) and to.name == "AwaitingRetry":
        return Accept(to)
    if to.final and to.kind == run.state.kind and to.kind != "CRASHED":
        return Reject(_over(run.state))
    return Abort(_over(run.state))


def _cancel(run: RunSnapshot, command: Propose) -> Decision:
    to = command.state
    if command.fence is not None:
        # The holder knows best whether it has stopped.
        return Accept(to, closes=to.final)
    if not run.held:
        if isinstance(to, Cancelled):
            return Accept(to, closes=True)
        done = Cancelled(id=to.id, name="Cancelled", timestamp=to.timestamp, message=to.message, actor=to.actor)
        return Accept(done, closes=True, instead="No process holds this run: it is cancelled at once.")
    if isinstance(run.state, Cancelling):
        return Reject("This run is being cancelled already.")
    if isinstance(to, Cancelling):
        return Accept(to)
    asked = Cancelling(id=to.id, name="Cancelling", timestamp=to.timestamp, message=to.message, actor=to.actor)
    return Accept(asked, instead="A process holds this run: it was asked to stop and will confirm.")


def _from_outside(run: RunSnapshot, to: State, now: datetime) -> Decision:
    if isinstance(run.state, Paused) and isinstance(to, Running | Scheduled):
        return _resume(run.state, to, now)
    if isinstance(to, Paused) and to.reschedule:
        return _pause(run, to)
    return Reject("A process holds this run, and it alone says what the run does. Cancel the run, or use force.")


def _pause(run: RunSnapshot, to: Paused) -> Decision:
    if to.reschedule and not run.deployed:
        return Reject("Cannot suspend flows without a deployment: nothing would start them again.")
    if to.key is not None and to.key in fired_pauses(run.history):
        return Reject(f"This {'suspend' if to.reschedule else 'pause'} has already fired.")
    return Accept(to)


def _resume(paused: Paused, to: State, now: datetime, *, by_holder: bool = False) -> Decision:
    if paused.reschedule and by_holder:
        return Reject("This run was suspended meanwhile; it goes on when somebody resumes it.")
    failed = never_resumed(paused, now=now, id=to.id)
    if failed is None:
        return Accept(to)
    verb = "suspend" if paused.reschedule else "pause"
    return Accept(failed, closes=True, instead=f"The {verb} has timed out and can no longer be resumed.")


def never_resumed(paused: Paused, *, now: datetime, id: str) -> Failed | None:
    """Return how a pause ends whose time has passed; None for any other."""
    if paused.until is None or paused.until >= now:
        return None
    return Failed(
        id=id,
        name="Failed",
        timestamp=now,
        message=f"The flow run was {'suspended' if paused.reschedule else 'paused'} and never resumed.",
        actor=Actor(kind="system", name="timeout"),
    )


def fired_pauses(history: Sequence[State]) -> frozenset[str]:
    """Return the keys of pauses that fired in the present attempt, or suspended the run on its way through it."""
    keys: set[str] = set()
    restarted = False
    after: State | None = None
    for state in reversed(history):
        match state:
            # A run that begins again has the answers of its pauses; one that its process took with it was never answered.
            case Paused(key=str(key), reschedule=reschedule) if (
                reschedule or not restarted or isinstance(after, Running)
            ):
                keys.add(key)
            case Scheduled(name="AwaitingRetry"):
                break
            case Scheduled() | Pending():
                restarted = True
            case _ if state.final:
                break
        after = state
    return frozenset(keys)


def _illegal(run: RunSnapshot, to: State) -> Decision:
    match to, run.state:
        case Paused(), _:
            return Reject(f"Cannot {'suspend' if to.reschedule else 'pause'} flows that are not currently running.")
        case _, Cancelling():
            return Reject("This run is being cancelled.")
        case Pending(), _:
            return Abort(f"This run is in a {run.state.kind} state and cannot go to a PENDING state.")
        case _:
            return Reject(f"This run cannot go from {run.state.kind} to {to.kind}.")


def _over(state: State) -> str:
    return f"The run is already in a final state, {state.name}."


def closing_state(parent: State, name: str, state: State, *, id: str) -> State:
    """Return the state that an open child enters when its parent ends."""
    why = f"Its flow run {name!r} ended as {parent.name} while this was still {state.name}."
    if parent.message and not isinstance(parent, Cancelled):
        why += f" {parent.message}"
    at, actor = parent.timestamp, parent.actor
    if isinstance(parent, Cancelled):
        return Cancelled(id=id, name="Cancelled", timestamp=at, message=why, actor=actor)
    return Crashed(id=id, name="Crashed", timestamp=at, message=why, actor=actor)
