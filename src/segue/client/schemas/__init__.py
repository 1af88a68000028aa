"""What the client takes and gives."""

from __future__ import annotations

from segue.client.schemas.blocks import BlockDocument, BlockSchema, BlockType
from segue.client.schemas.objects import (
    FlowRun,
    FlowRunPolicy,
    FlowRunResult,
    RunInput,
    State,
    StateDetails,
    StateType,
    TaskRun,
    TaskRunPolicy,
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
    "FlowRunPolicy", "TaskRunPolicy", "BlockType", "BlockSchema", "BlockDocument",
]  # fmt: skip
