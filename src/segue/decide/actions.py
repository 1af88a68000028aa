"""What an action says before anything has happened: its templates, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segue.decide.telling import quiet_fault
from segue.decide.templates import is_template, template_fault
from segue.model.actions import (
    Action,
    CallWebhook,
    CancelFlowRun,
    ChangeFlowRunState,
    DeleteFlowRun,
    EmitEvent,
    InvokeFunction,
    PauseAutomation,
    PauseDeployment,
    PauseSchedule,
    PauseWorkPool,
    PauseWorkQueue,
    ResumeAutomation,
    ResumeDeployment,
    ResumeFlowRun,
    ResumeSchedule,
    ResumeWorkPool,
    ResumeWorkQueue,
    RunDeployment,
    SendNotification,
    SuspendFlowRun,
)


def texts_in(action: Action) -> Iterator[tuple[str, str]]:
    """Yield the texts of an action that may be templates, each with its place."""
    match action:
        case SendNotification():
            yield from (("subject", action.subject), ("body", action.body), ("deduplicate_by", action.deduplicate_by))
        case CallWebhook() | InvokeFunction():
            yield "payload", action.payload
        case CancelFlowRun() | SuspendFlowRun() | ResumeFlowRun() | DeleteFlowRun() | ChangeFlowRunState():
            named = (
                ("flow_run_id", action.flow_run_id),
                ("deployment_id", action.deployment_id),
                ("flow_name", action.flow_name),
            )
            yield from ((place, text) for place, text in named if text is not None)
            yield from _texts("tags", action.tags)
            if isinstance(action, ChangeFlowRunState):
                yield "message", action.message or ""
        case RunDeployment():
            yield from _texts("parameters", action.parameters or {})
            yield from _texts("job_variables", action.job_variables or {})
        case EmitEvent():
            yield "event", action.event
            for place, value in (
                ("resource", action.resource),
                ("related", action.related),
                ("payload", action.payload),
            ):
                yield from _texts(place, value)
        case _:
            return


def _texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(f"{place}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(f"{place}[{number}]", inner)


def template_faults(action: Action) -> list[str]:
    """Return what is wrong with the templates of an action, a sentence each."""
    faults: list[str] = []
    for place, text in texts_in(action):
        why = template_fault(text) if is_template(text) else None
        if why is not None:
            faults.append(f"{place}: {why}")
    return faults


def action_faults(action: Action) -> list[str]:
    """Return what is wrong with an action, a sentence each."""
    faults = template_faults(action)
    match action:
        case SendNotification(quiet=quiet) if quiet is not None:
            why = quiet_fault(quiet)
            faults += [] if why is None else [f"quiet: {why}"]
        case RunDeployment() | PauseDeployment() | ResumeDeployment():
            faults += _selection(action.source, deployment_id=action.deployment_id)
        case PauseSchedule() | ResumeSchedule():
            faults += _selection(action.source, schedule_id=action.schedule_id, deployment_id=action.deployment_id)
        case PauseWorkPool() | ResumeWorkPool():
            faults += _selection(action.source, work_pool_id=action.work_pool_id)
        case PauseWorkQueue() | ResumeWorkQueue():
            faults += _selection(action.source, work_queue_id=action.work_queue_id)
        case PauseAutomation() | ResumeAutomation():
            faults += _selection(action.source, automation_id=action.automation_id)
        case CancelFlowRun() | SuspendFlowRun() | ResumeFlowRun() | DeleteFlowRun() | ChangeFlowRunState():
            conditions = (action.deployment_id, action.flow_name, action.tags or None)
            if action.flow_run_id is not None and any(each is not None for each in conditions):
                faults.append("flow_run_id names one run: leave out the conditions beside it.")
            if action.source == "selected" and action.flow_run_id is None and all(each is None for each in conditions):
                faults.append("a selected flow run has a flow_run_id, deployment_id, flow_name or tags.")
        case _:
            pass
    return faults


def _selection(source: str, **ids: str | None) -> list[str]:
    given = [name for name, id in ids.items() if id is not None]
    if source == "selected" and not given:
        return [f"give {' or '.join(ids)}, or say that it is inferred from the event: source is 'inferred'."]
    if source == "inferred" and given:
        return [f"it is inferred from the event, and {given[0]} names another: leave out one of the two."]
    return []
