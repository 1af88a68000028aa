"""What the client takes and gives."""

from __future__ import annotations

from segue.client.schemas.objects import (
    FlowRun,
    FlowRunResult,
    RunInput,
    State,
    StateDetails,
    StateType,
    TaskRun,
    TaskRunResult,
)
from segue.client.schemas.responses import (
    OrchestrationResult,
    SetStateStatus,
    StateAbortDetails,
    StateAcceptDetails,
    StateRejectDetails,
    StateWaitDetails,
)

__all__ = [
    "FlowRun", "TaskRun", "State", "StateType", "StateDetails", "RunInput", "TaskRunResult", "FlowRunResult",
    "OrchestrationResult", "SetStateStatus", "StateAcceptDetails", "StateRejectDetails", "StateAbortDetails", "StateWaitDetails",
]  # fmt: skip
