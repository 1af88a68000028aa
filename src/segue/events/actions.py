"""What an automation does when it fires, as users write it; texts in it may be templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from segue.model import actions as model
from segue.state_types import StateType


class Action(BaseModel):
    """What all actions are."""

    model_config = ConfigDict(extra="forbid", ser_json_timedelta="float")

    type: str

    @property
    def recorded(self) -> model.Action:
        """The action as it is recorded."""
        made: model.Action = msgspec.convert(self.model_dump(mode="json", exclude_none=True), type=model.Action)
        return made

    def describe_for_cli(self) -> str:
        """Return what it does, in a few words."""
        facts = self.model_dump(mode="json", exclude_defaults=True, exclude={"type"})
        said = ", ".join(f"{name}={value}" for name, value in facts.items())
        return f"{self.type.replace('-', ' ')}{f' ({said})' if said else ''}"


class _Chosen(Action):
    """What acts upon something whose id is given (`selected`), or that the event is about or names (`inferred`)."""

    source: Literal["selected", "inferred"] = "selected"

    @model_validator(mode="after")
    def _is_chosen(self) -> _Chosen:
        names = [name for name in type(self).model_fields if name.endswith("_id")]
        given = [name for name in names if getattr(self, name) is not None]
        if self.source == "selected" and not given:
            raise ValueError(f"{names[0]} is required when source is 'selected'")
        if self.source == "inferred" and given:
            raise ValueError(f"{given[0]} is not allowed when source is 'inferred'")
        return self


class DoNothing(Action):
    """Does nothing: the automation's firings are recorded all the same."""

    type: Literal["do-nothing"] = "do-nothing"


class DeploymentAction(_Chosen):
    """What acts upon a deployment."""

    deployment_id: UUID | None = None


class RunDeployment(DeploymentAction):
    """Makes a run of a deployment."""

    type: Literal["run-deployment"] = "run-deployment"
    parameters: dict[str, Any] | None = None
    job_variables: dict[str, Any] | None = None
    schedule_after: timedelta = timedelta()


class PauseDeployment(DeploymentAction):
    """Pauses a deployment."""

    type: Literal["pause-deployment"] = "pause-deployment"


class ResumeDeployment(DeploymentAction):
    """Resumes a deployment."""

    type: Literal["resume-deployment"] = "resume-deployment"


class _OfSchedule(_Chosen):
    schedule_id: UUID | None = None
    deployment_id: UUID | None = None


class PauseSchedule(_OfSchedule):
    """Pauses a schedule, or all of a deployment."""

    type: Literal["pause-schedule"] = "pause-schedule"


class ResumeSchedule(_OfSchedule):
    """Resumes a schedule, or all of a deployment."""

    type: Literal["resume-schedule"] = "resume-schedule"


class _OfFlowRun(Action):
    """What acts upon flow runs: the one that the event is about, or with `source="selected"` all open ones that fit."""

    source: Literal["selected", "inferred"] = "inferred"
    flow_run_id: str | None = None
    deployment_id: str | None = None
    flow_name: str | None = None
    tags: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, facts: Any) -> Any:
        if not isinstance(facts, dict):
            return facts
        return {name: str(value) if isinstance(value, UUID) else value for name, value in facts.items()}

    @model_validator(mode="after")
    def _is_chosen(self) -> _OfFlowRun:
        which = [self.flow_run_id, self.deployment_id, self.flow_name, *self.tags]
        if self.source == "selected" and not any(which):
            raise ValueError("flow_run_id, deployment_id, flow_name or tags say which runs when source is 'selected'")
        if self.source == "inferred" and any(which):
            raise ValueError("say source='selected' to choose runs")
        return self


class CancelFlowRun(_OfFlowRun):
    """Cancels flow runs."""

    type: Literal["cancel-flow-run"] = "cancel-flow-run"


class SuspendFlowRun(_OfFlowRun):
    """Suspends flow runs."""

    type: Literal["suspend-flow-run"] = "suspend-flow-run"


class ResumeFlowRun(_OfFlowRun):
    """Resumes flow runs that are paused or suspended."""

    type: Literal["resume-flow-run"] = "resume-flow-run"


class DeleteFlowRun(_OfFlowRun):
    """Deletes flow runs."""

    type: Literal["delete-flow-run"] = "delete-flow-run"


class ChangeFlowRunState(_OfFlowRun):
    """Brings flow runs into a state."""

    type: Literal["change-flow-run-state"] = "change-flow-run-state"
    state: StateType
    name: str | None = None
    message: str | None = None
    force: bool = False


class WorkPoolAction(_Chosen):
    """What acts upon a work pool."""

    work_pool_id: UUID | None = None


class PauseWorkPool(WorkPoolAction):
    """Pauses a work pool."""

    type: Literal["pause-work-pool"] = "pause-work-pool"


class ResumeWorkPool(WorkPoolAction):
    """Resumes a work pool."""

    type: Literal["resume-work-pool"] = "resume-work-pool"


class WorkQueueAction(_Chosen):
    """What acts upon a work queue."""

    work_queue_id: UUID | None = None


class PauseWorkQueue(WorkQueueAction):
    """Pauses a work queue."""

    type: Literal["pause-work-queue"] = "pause-work-queue"


class ResumeWorkQueue(WorkQueueAction):
    """Resumes a work queue."""

    type: Literal["resume-work-queue"] = "resume-work-queue"


class AutomationAction(_Chosen):
    """What acts upon an automation."""

    automation_id: UUID | None = None


class PauseAutomation(AutomationAction):
    """Pauses an automation."""

    type: Literal["pause-automation"] = "pause-automation"


class ResumeAutomation(AutomationAction):
    """Resumes an automation."""

    type: Literal["resume-automation"] = "resume-automation"


class QuietHours(BaseModel):
    """When messages wait: each day from one reading of the clock (`22:00`) to another, and on whole days."""

    model_config = ConfigDict(extra="forbid")

    start: str | None = None
    end: str | None = None
    #: Such as `saturday`.
    days: list[model.Weekday] = Field(default_factory=list)
    timezone: str = "UTC"


class SendNotification(Action):
    """Sends a message through a notification block; subject and body are templates."""

    type: Literal["send-notification"] = "send-notification"
    block_document_id: UUID
    subject: str = "Segue automated notification"
    body: str
    #: Seconds when given as a number, within which the same is not sent again; two are the same by `deduplicate_by`, a template,
    #: or else by their subject.
    deduplicate: timedelta = timedelta()
    deduplicate_by: str = ""
    #: For how long messages are collected before they are sent as one.
    group: timedelta = timedelta()
    quiet: QuietHours | None = None


class CallWebhook(Action):
    """Calls the webhook of a block; the payload is a template."""

    type: Literal["call-webhook"] = "call-webhook"
    block_document_id: UUID
    payload: str = ""


class InvokeFunction(Action):
    """Invokes a cloud function at its address, signed by the credentials of a block; the payload is a template."""

    type: Literal["invoke-function"] = "invoke-function"
    url: str
    block_document_id: UUID | None = None
    payload: str = ""


class EmitEvent(Action):
    """Tells the feed an event; every text may be a template."""

    type: Literal["emit-event"] = "emit-event"
    event: str = Field(min_length=1)
    resource: dict[str, str] = Field(default_factory=dict)
    related: list[dict[str, str]] = Field(default_factory=list)
    payload: dict[str, Any] = Field(default_factory=dict)


ActionTypes: TypeAlias = Annotated[
    DoNothing
    | RunDeployment
    | PauseDeployment
    | ResumeDeployment
    | PauseSchedule
    | ResumeSchedule
    | CancelFlowRun
    | SuspendFlowRun
    | ResumeFlowRun
    | DeleteFlowRun
    | ChangeFlowRunState
    | PauseWorkPool
    | ResumeWorkPool
    | PauseWorkQueue
    | ResumeWorkQueue
    | PauseAutomation
    | ResumeAutomation
    | SendNotification
    | CallWebhook
    | InvokeFunction
    | EmitEvent,
    Field(discriminator="type"),
]
