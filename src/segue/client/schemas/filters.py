"""Which runs, flows, logs, artifacts and variables are meant.

A filter names facts and asks a condition of each; see `segue.client.schemas.conditions` for what can be asked.
"""

from __future__ import annotations

from typing import ClassVar

from segue.client.schemas.conditions import (
    AllTags,
    AnyOf,
    AnyOrNone,
    Choice,
    Conditions,
    Exists,
    Filter,
    Operator,
    Span,
    SpanOrNone,
    Tags,
    Text,
)
from segue.client.schemas.deployment_filters import (
    DeploymentFilter,
    DeploymentFilterConcurrencyLimit,
    DeploymentFilterId,
    DeploymentFilterName,
    DeploymentFilterTags,
    DeploymentFilterWorkQueueName,
    WorkerFilter,
    WorkerFilterLastHeartbeatTime,
    WorkerFilterStatus,
    WorkPoolFilter,
    WorkPoolFilterId,
    WorkPoolFilterName,
    WorkPoolFilterType,
    WorkQueueFilter,
    WorkQueueFilterId,
    WorkQueueFilterName,
)

__all__ = [
    "DeploymentFilter", "DeploymentFilterConcurrencyLimit", "DeploymentFilterId", "DeploymentFilterName", "DeploymentFilterTags",
    "DeploymentFilterWorkQueueName", "WorkPoolFilter", "WorkPoolFilterId", "WorkPoolFilterName", "WorkPoolFilterType",
    "WorkQueueFilter", "WorkQueueFilterId", "WorkQueueFilterName", "WorkerFilter", "WorkerFilterLastHeartbeatTime",
    "WorkerFilterStatus", "FlowRunFilterWorkQueueName", "Operator",
    "FlowRunFilterId", "FlowRunFilterName", "FlowRunFilterTags", "FlowRunFilterDeploymentId",
    "FlowRunFilterStateType", "FlowRunFilterStateName", "FlowRunFilterState", "FlowRunFilterFlowVersion",
    "FlowRunFilterStartTime", "FlowRunFilterEndTime", "FlowRunFilterExpectedStartTime", "FlowRunFilterNextScheduledStartTime",
    "FlowRunFilterParentFlowRunId", "FlowRunFilterParentTaskRunId", "FlowRunFilterIdempotencyKey", "FlowRunFilter",
    "TaskRunFilterId", "TaskRunFilterName", "TaskRunFilterTags", "TaskRunFilterStateType", "TaskRunFilterStateName",
    "TaskRunFilterState", "TaskRunFilterStartTime", "TaskRunFilterEndTime", "TaskRunFilterExpectedStartTime",
    "TaskRunFilterSubFlowRuns", "TaskRunFilterFlowRunId", "TaskRunFilter", "FlowFilterId", "FlowFilterName", "FlowFilterTags",
    "FlowFilter", "LogFilterLevel", "LogFilterTimestamp", "LogFilterFlowRunId", "LogFilterTaskRunId", "LogFilterTextSearch",
    "LogFilter", "ArtifactFilterId", "ArtifactFilterKey", "ArtifactFilterFlowRunId", "ArtifactFilterTaskRunId",
    "ArtifactFilterType", "ArtifactFilter", "ArtifactCollectionFilterLatestId", "ArtifactCollectionFilterKey",
    "ArtifactCollectionFilterFlowRunId", "ArtifactCollectionFilterTaskRunId", "ArtifactCollectionFilterType",
    "ArtifactCollectionFilter", "VariableFilterId", "VariableFilterName", "VariableFilterTags", "VariableFilter",
]  # fmt: skip


class FlowRunFilterId(Choice, kw_only=True):
    """Conditions on the id of a flow run."""


class FlowRunFilterName(Text, kw_only=True):
    """Conditions on the name of a flow run."""


class FlowRunFilterTags(Tags, kw_only=True):
    """Conditions on the tags of a flow run."""


class FlowRunFilterDeploymentId(AnyOrNone, kw_only=True):
    """Conditions on the deployment of a flow run."""


class FlowRunFilterWorkQueueName(AnyOrNone, kw_only=True):
    """Conditions on the work queue of a flow run."""


class FlowRunFilterStateType(Choice, kw_only=True):
    """Conditions on the type of a flow run's state."""


class FlowRunFilterStateName(Choice, kw_only=True):
    """Conditions on the name of a flow run's state."""


class FlowRunFilterState(Filter, kw_only=True):
    """Conditions on a flow run's state."""

    type: FlowRunFilterStateType | None = None
    name: FlowRunFilterStateName | None = None


class FlowRunFilterFlowVersion(AnyOf, kw_only=True):
    """Conditions on the version of a flow run's flow."""


class FlowRunFilterStartTime(SpanOrNone, kw_only=True):
    """Conditions on the start of a flow run."""


class FlowRunFilterEndTime(SpanOrNone, kw_only=True):
    """Conditions on the end of a flow run."""


class FlowRunFilterExpectedStartTime(Span, kw_only=True):
    """Conditions on when a flow run was due."""


class FlowRunFilterNextScheduledStartTime(Span, kw_only=True):
    """Conditions on when a flow run will start."""


class FlowRunFilterParentFlowRunId(AnyOrNone, kw_only=True):
    """Conditions on the flow run that called a flow run."""


class FlowRunFilterParentTaskRunId(AnyOrNone, kw_only=True):
    """Conditions on the task run that stands for a flow run in its parent."""


class FlowRunFilterIdempotencyKey(Choice, kw_only=True):
    """Conditions on the idempotency key of a flow run."""


class FlowRunFilter(Filter, kw_only=True):
    """Which flow runs are meant."""

    id: FlowRunFilterId | None = None
    name: FlowRunFilterName | None = None
    tags: FlowRunFilterTags | None = None
    deployment_id: FlowRunFilterDeploymentId | None = None
    work_queue_name: FlowRunFilterWorkQueueName | None = None
    state: FlowRunFilterState | None = None
    flow_version: FlowRunFilterFlowVersion | None = None
    start_time: FlowRunFilterStartTime | None = None
    end_time: FlowRunFilterEndTime | None = None
    expected_start_time: FlowRunFilterExpectedStartTime | None = None
    next_scheduled_start_time: FlowRunFilterNextScheduledStartTime | None = None
    parent_flow_run_id: FlowRunFilterParentFlowRunId | None = None
    parent_task_run_id: FlowRunFilterParentTaskRunId | None = None
    idempotency_key: FlowRunFilterIdempotencyKey | None = None


class TaskRunFilterId(AnyOf, kw_only=True):
    """Conditions on the id of a task run."""


class TaskRunFilterName(Text, kw_only=True):
    """Conditions on the name of a task run."""


class TaskRunFilterTags(Tags, kw_only=True):
    """Conditions on the tags of a task run."""


class TaskRunFilterStateType(Choice, kw_only=True):
    """Conditions on the type of a task run's state."""


class TaskRunFilterStateName(Choice, kw_only=True):
    """Conditions on the name of a task run's state."""


class TaskRunFilterState(Filter, kw_only=True):
    """Conditions on a task run's state."""

    type: TaskRunFilterStateType | None = None
    name: TaskRunFilterStateName | None = None


class TaskRunFilterStartTime(SpanOrNone, kw_only=True):
    """Conditions on the start of a task run."""


class TaskRunFilterEndTime(SpanOrNone, kw_only=True):
    """Conditions on the end of a task run."""


class TaskRunFilterExpectedStartTime(Span, kw_only=True):
    """Conditions on when a task run was due."""


class TaskRunFilterSubFlowRuns(Exists, kw_only=True):
    """Conditions on the flow run that a task run stands for."""


class TaskRunFilterFlowRunId(AnyOrNone, kw_only=True):
    """Conditions on the flow run that a task run belongs to."""


class TaskRunFilter(Filter, kw_only=True):
    """Which task runs are meant."""

    attributes: ClassVar[dict[str, str]] = {"subflow_runs": "child_flow_run_id"}

    id: TaskRunFilterId | None = None
    name: TaskRunFilterName | None = None
    tags: TaskRunFilterTags | None = None
    state: TaskRunFilterState | None = None
    start_time: TaskRunFilterStartTime | None = None
    end_time: TaskRunFilterEndTime | None = None
    expected_start_time: TaskRunFilterExpectedStartTime | None = None
    subflow_runs: TaskRunFilterSubFlowRuns | None = None
    flow_run_id: TaskRunFilterFlowRunId | None = None


class FlowFilterId(AnyOf, kw_only=True):
    """Conditions on the id of a flow."""


class FlowFilterName(Text, kw_only=True):
    """Conditions on the name of a flow."""


class FlowFilterTags(AllTags, kw_only=True):
    """Conditions on the tags of a flow."""


class FlowFilter(Filter, kw_only=True):
    """Which flows are meant."""

    id: FlowFilterId | None = None
    name: FlowFilterName | None = None
    tags: FlowFilterTags | None = None


class LogFilterLevel(Conditions, kw_only=True):
    """Conditions on the level of a log line."""

    ge_: int | None = None
    le_: int | None = None


class LogFilterTimestamp(Span, kw_only=True):
    """Conditions on the time of a log line."""


class LogFilterFlowRunId(AnyOf, kw_only=True):
    """Conditions on the flow run of a log line."""


class LogFilterTaskRunId(AnyOrNone, kw_only=True):
    """Conditions on the task run of a log line."""


class LogFilterTextSearch(Conditions, kw_only=True):
    """Conditions on the message of a log line."""

    query: str | None = None


#: The same by another name.
LogFilterText = LogFilterTextSearch


class LogFilterName(AnyOf, kw_only=True):
    """Conditions on the name of the logger that wrote a line."""


class LogFilter(Filter, kw_only=True):
    """Which log lines are meant."""

    attributes: ClassVar[dict[str, str]] = {"text": "message"}

    level: LogFilterLevel | None = None
    timestamp: LogFilterTimestamp | None = None
    flow_run_id: LogFilterFlowRunId | None = None
    task_run_id: LogFilterTaskRunId | None = None
    text: LogFilterTextSearch | None = None
    name: LogFilterName | None = None


class ArtifactFilterId(AnyOf, kw_only=True):
    """Conditions on the id of an artifact."""


class ArtifactFilterKey(Text, kw_only=True):
    """Conditions on the key of an artifact."""

    exists_: bool | None = None


class ArtifactFilterFlowRunId(AnyOf, kw_only=True):
    """Conditions on the flow run of an artifact."""


class ArtifactFilterTaskRunId(AnyOf, kw_only=True):
    """Conditions on the task run of an artifact."""


class ArtifactFilterType(Choice, kw_only=True):
    """Conditions on the type of an artifact."""


class ArtifactFilter(Filter, kw_only=True):
    """Which artifacts are meant."""

    id: ArtifactFilterId | None = None
    key: ArtifactFilterKey | None = None
    flow_run_id: ArtifactFilterFlowRunId | None = None
    task_run_id: ArtifactFilterTaskRunId | None = None
    type: ArtifactFilterType | None = None


class ArtifactCollectionFilterLatestId(AnyOf, kw_only=True):
    """Conditions on the id of the newest artifact of a key."""


class ArtifactCollectionFilterKey(Text, kw_only=True):
    """Conditions on the key of the newest artifact of a key."""

    exists_: bool | None = None


class ArtifactCollectionFilterFlowRunId(AnyOf, kw_only=True):
    """Conditions on the flow run of the newest artifact of a key."""


class ArtifactCollectionFilterTaskRunId(AnyOf, kw_only=True):
    """Conditions on the task run of the newest artifact of a key."""


class ArtifactCollectionFilterType(Choice, kw_only=True):
    """Conditions on the type of the newest artifact of a key."""


class ArtifactCollectionFilter(Filter, kw_only=True):
    """Which keys of artifacts, by the newest artifact of each are meant."""

    latest_id: ArtifactCollectionFilterLatestId | None = None
    key: ArtifactCollectionFilterKey | None = None
    flow_run_id: ArtifactCollectionFilterFlowRunId | None = None
    task_run_id: ArtifactCollectionFilterTaskRunId | None = None
    type: ArtifactCollectionFilterType | None = None


class VariableFilterId(AnyOf, kw_only=True):
    """Conditions on the id of a variable."""


class VariableFilterName(Text, kw_only=True):
    """Conditions on the name of a variable."""


class VariableFilterTags(AllTags, kw_only=True):
    """Conditions on the tags of a variable."""


class VariableFilter(Filter, kw_only=True):
    """Which variables are meant."""

    id: VariableFilterId | None = None
    name: VariableFilterName | None = None
    tags: VariableFilterTags | None = None
