"""Actions with their templates filled in: texts of messages, payloads, and parameters that keep their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from segue.decide.templates import BadTemplate, is_template, text_of, value_of
from segue.host.bounded import bounded
from segue.model.actions import (
    Action,
    CallWebhook,
    CancelFlowRun,
    ChangeFlowRunState,
    DeleteFlowRun,
    EmitEvent,
    InvokeFunction,
    ResumeFlowRun,
    RunDeployment,
    SendNotification,
    SuspendFlowRun,
)

#: Lines of Python that the templates of one action may run.
_LINES = 200_000
#: How a parameter says what it is made of, where its text alone does not.
KIND = "__segue_kind"
#: What a webhook or a function is told where the action does not say.
_TOLD = (
    '{"automation": {{ automation | tojson }}, "firing": {"id": {{ firing.id | tojson }}, "state": {{ firing.state | tojson }}, '
    '"reason": {{ firing.reason | tojson }}, "occurred": {{ firing.occurred | tojson }}, "labels": {{ firing.labels | tojson }}}, '
    '"event": {{ event | tojson }}}'
)
#: Templates within templates.
_DEPTH = 20

Known = Mapping[str, object]


def rendered(action: Action, known: Known, variables: Callable[[str], object]) -> Action:
    """Return an action with what its templates say of the values known; raises `BadTemplate`, `TooLong`."""
    return bounded(lambda: _rendered(action, known, variables), lines=_LINES)


def _rendered(action: Action, known: Known, variables: Callable[[str], object]) -> Action:
    replace = msgspec.structs.replace
    match action:
        case SendNotification():
            return replace(
                action, subject=text_of(action.subject, known), body=text_of(action.body, known),
                deduplicate_by=text_of(action.deduplicate_by, known),
            )  # fmt: skip
        case CallWebhook() | InvokeFunction():
            return replace(action, payload=text_of(action.payload or _TOLD, known))
        case CancelFlowRun() | SuspendFlowRun() | ResumeFlowRun() | DeleteFlowRun() | ChangeFlowRunState():
            named = {
                place: _strict(getattr(action, place), known) for place in ("flow_run_id", "deployment_id", "flow_name")
            }
            named |= (
                {"message": text_of(action.message or "", known) or None}
                if isinstance(action, ChangeFlowRunState)
                else {}
            )
            return replace(action, tags=[text_of(tag, known, strict=True) for tag in action.tags], **named)
        case RunDeployment():
            of = _Values(known, variables)
            parameters = None if action.parameters is None else of.mapping(action.parameters)
            job_variables = None if action.job_variables is None else of.mapping(action.job_variables)
            return replace(action, parameters=parameters, job_variables=job_variables)
        case EmitEvent():
            of = _Values(known, variables)
            return replace(
                action, event=text_of(action.event, known, strict=True), payload=of.mapping(action.payload),
                resource={name: text_of(text, known, strict=True) for name, text in action.resource.items()},
                related=[{name: text_of(text, known, strict=True) for name, text in each.items()} for each in action.related],
            )  # fmt: skip
        case _:
            return action


def _strict(text: str | None, known: Known) -> str | None:
    return None if text is None else text_of(text, known, strict=True)


class _Values:
    """Fills in values of any shape."""

    def __init__(self, known: Known, variables: Callable[[str], object]) -> None:
        self._known = known
        self._variables = variables

    def mapping(self, value: Mapping[str, object]) -> dict[str, object]:
        filled = self._value(value, 0)
        if not isinstance(filled, dict):
            raise BadTemplate(where=repr(KIND), why="what holds the parameters must stay a mapping.")
        return filled

    def _value(self, value: object, depth: int) -> object:
        if depth > _DEPTH:
            raise BadTemplate(where=repr(KIND), why=f"values lie more than {_DEPTH} deep.")
        if isinstance(value, str):
            return _json(value_of(value, self._known)) if is_template(value) else value
        if isinstance(value, Mapping):
            if KIND in value:
                return self._kind(value, depth)
            return {str(key): self._value(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._value(inner, depth + 1) for inner in value]
        return value

    def _kind(self, value: Mapping[str, object], depth: int) -> object:
        kind = value[KIND]
        if kind == "jinja":
            return text_of(str(value.get("template", "")), self._known, strict=True)
        if kind == "json":
            text = self._value(value.get("value"), depth + 1)
            try:
                return msgspec.json.decode(text) if isinstance(text, str) else text
            except msgspec.DecodeError as problem:
                raise BadTemplate(where=repr(str(text)[:60]), why=f"it is no JSON: {problem}") from problem
        if kind == "workspace_variable":
            return self._variables(str(value.get("variable_name", "")))
        if kind in {None, "none"}:
            return self._value(value.get("value"), depth + 1)
        raise BadTemplate(where=repr(kind), why=f"{KIND} is one of jinja, json, workspace_variable and none.")


def _json(value: Any) -> object:
    """A value as JSON has it: instants as texts."""
    try:
        return msgspec.to_builtins(value, str_keys=True)
    except TypeError as problem:
        raise BadTemplate(where=type(value).__name__, why=str(problem)) from problem
