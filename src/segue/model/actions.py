"""What an automation does when it fires: each action a frozen type, told apart by `match`; texts in it may be templates.

An action that acts upon something says whether it is `selected` (its id is given) or `inferred` (what the event that fired the
automation is about, or related to).
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from segue.model.bounds import Seconds
from segue.model.runs import Id

Source: TypeAlias = Literal["selected", "inferred"]
_StateType: TypeAlias = Literal[
    "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED"
]


#: A reading of a clock, such as `22:00`.
ClockTime: TypeAlias = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Action(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True, forbid_unknown_fields=True):
    """What all actions are."""


class DoNothing(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="do-nothing"):
    """Does nothing: the automation's firings are recorded all the same."""


class RunDeployment(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="run-deployment"):
    """Makes a run of a deployment; every text in `parameters` may be a template, and keeps its JSON type if it is nothing else."""

    source: Source = "selected"
    deployment_id: Id | None = None
    parameters: dict[str, object] | None = None
    job_variables: dict[str, object] | None = None
    #: Seconds from the firing to the run's scheduled time.
    schedule_after: Seconds = 0.0


class PauseDeployment(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="pause-deployment"):
    """Pauses a deployment."""

    source: Source = "selected"
    deployment_id: Id | None = None


class ResumeDeployment(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="resume-deployment"):
    """Resumes a deployment."""

    source: Source = "selected"
    deployment_id: Id | None = None


class PauseSchedule(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="pause-schedule"):
    """Pauses a schedule, or all of a deployment."""

    source: Source = "selected"
    schedule_id: Id | None = None
    deployment_id: Id | None = None


class ResumeSchedule(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="resume-schedule"):
    """Resumes a schedule, or all of a deployment."""

    source: Source = "selected"
    schedule_id: Id | None = None
    deployment_id: Id | None = None


class _OfRuns(_Action, frozen=True, kw_only=True, omit_defaults=True):
    """What acts upon flow runs: the one that the event is about, or every one that is not over and that all conditions fit."""

    source: Source = "inferred"
    flow_run_id: str | None = None
    deployment_id: str | None = None
    flow_name: str | None = None
    #: All of them.
    tags: list[str] = []


class CancelFlowRun(_OfRuns, frozen=True, kw_only=True, omit_defaults=True, tag="cancel-flow-run"):
    """Cancels flow runs."""


class SuspendFlowRun(_OfRuns, frozen=True, kw_only=True, omit_defaults=True, tag="suspend-flow-run"):
    """Suspends flow runs."""


class ResumeFlowRun(_OfRuns, frozen=True, kw_only=True, omit_defaults=True, tag="resume-flow-run"):
    """Resumes flow runs that are paused or suspended."""


class DeleteFlowRun(_OfRuns, frozen=True, kw_only=True, omit_defaults=True, tag="delete-flow-run"):
    """Deletes flow runs."""


class ChangeFlowRunState(_OfRuns, frozen=True, kw_only=True, omit_defaults=True, tag="change-flow-run-state"):
    """Brings flow runs into a state."""

    state: _StateType
    name: str | None = None
    message: str | None = None
    force: bool = False


class PauseWorkPool(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="pause-work-pool"):
    """Pauses a work pool."""

    source: Source = "selected"
    work_pool_id: Id | None = None


class ResumeWorkPool(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="resume-work-pool"):
    """Resumes a work pool."""

    source: Source = "selected"
    work_pool_id: Id | None = None


class PauseWorkQueue(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="pause-work-queue"):
    """Pauses a work queue."""

    source: Source = "selected"
    work_queue_id: Id | None = None


class ResumeWorkQueue(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="resume-work-queue"):
    """Resumes a work queue."""

    source: Source = "selected"
    work_queue_id: Id | None = None


class PauseAutomation(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="pause-automation"):
    """Pauses an automation."""

    source: Source = "selected"
    automation_id: Id | None = None


class ResumeAutomation(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="resume-automation"):
    """Resumes an automation."""

    source: Source = "selected"
    automation_id: Id | None = None


class QuietHours(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When messages wait: each day from one reading of the clock to another, which may be the next day's, and on whole days."""

    start: ClockTime | None = None
    end: ClockTime | None = None
    #: Whole days, such as `saturday`.
    days: list[Weekday] = []
    #: Of the IANA database.
    timezone: str = "UTC"


class SendNotification(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="send-notification"):
    """Sends a message through a notification block; subject and body are templates."""

    block_document_id: Id
    subject: str = "Segue automated notification"
    body: str
    #: Seconds within which a message is not sent again; 0: always. Two are the same when `deduplicate_by`, a template, says the
    #: same of both; by default the subject.
    deduplicate: Seconds = 0.0
    deduplicate_by: str = ""
    #: Seconds for which messages are collected before they are sent as one; 0: each by itself.
    group: Seconds = 0.0
    #: When a message waits.
    quiet: QuietHours | None = None


class CallWebhook(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="call-webhook"):
    """Calls the webhook of a block; the payload is a template."""

    block_document_id: Id
    payload: str = ""


class InvokeFunction(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="invoke-function"):
    """Invokes a cloud function at its address, signed by the credentials of a block; the payload is a template."""

    url: str
    #: A block of credentials; None: the function is open.
    block_document_id: Id | None = None
    payload: str = ""


class EmitEvent(_Action, frozen=True, kw_only=True, omit_defaults=True, tag="emit-event"):
    """Tells the feed an event; every text may be a template."""

    event: Annotated[str, Meta(min_length=1)]
    #: By default the automation itself.
    resource: dict[str, str] = {}
    related: list[dict[str, str]] = []
    payload: dict[str, object] = {}


Action: TypeAlias = (
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
    | EmitEvent
)
