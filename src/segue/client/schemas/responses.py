"""What the client answers: when it was asked to change a state, and under the names that users know for what it read."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from segue.client.schemas.deployments import Deployment
from segue.client.schemas.objects import FlowRun
from segue.client.schemas.words import Word
from segue.host import clock
from segue.states import State
from segue.wire.requests import Verdict


class SetStateStatus(Word):
    """What became of a proposed state."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    ABORT = "ABORT"
    WAIT = "WAIT"


class StateAcceptDetails(Struct, frozen=True, kw_only=True):
    """The state was entered."""

    type: str = "accept_details"


class StateRejectDetails(Struct, frozen=True, kw_only=True):
    """Another state holds."""

    type: str = "reject_details"
    reason: str | None = None


class StateAbortDetails(Struct, frozen=True, kw_only=True):
    """Nothing was changed and there is nothing left to do."""

    type: str = "abort_details"
    reason: str | None = None


class StateWaitDetails(Struct, frozen=True, kw_only=True):
    """Ask again later."""

    type: str = "wait_details"
    delay_seconds: float
    reason: str | None = None


Details = StateAcceptDetails | StateRejectDetails | StateAbortDetails | StateWaitDetails


class OrchestrationResult(Struct, frozen=True, kw_only=True):
    """The answer to a proposed state; `state` is the run's state now."""

    status: SetStateStatus
    details: Details
    state: State | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> OrchestrationResult:
        """Make the users' form of a verdict."""
        details: Details
        match verdict.status:
            case "accept":
                details = StateAcceptDetails()
            case "reject":
                details = StateRejectDetails(reason=verdict.reason)
            case "wait":
                delay = (verdict.until - clock.now()).total_seconds() if verdict.until is not None else 0.0
                details = StateWaitDetails(delay_seconds=max(delay, 0.0), reason=verdict.reason)
            case _:
                details = StateAbortDetails(reason=verdict.reason or "The run cannot be changed.")
        return cls(status=SetStateStatus(verdict.status.upper()), details=details, state=State.of(verdict.state))

    @classmethod
    def aborted(cls, reason: str) -> OrchestrationResult:
        """Make the answer that says why nothing was done."""
        return cls(status=SetStateStatus.ABORT, details=StateAbortDetails(reason=reason))


#: What reading a deployment gives.
DeploymentResponse = Deployment


class WorkerFlowRunResponse(Struct, frozen=True, kw_only=True):
    """A run that waits in a work pool."""

    work_pool_id: UUID
    work_queue_id: UUID
    flow_run: FlowRun
