"""Triggers of a deployment, for `triggers=[...]`: each becomes an automation that runs the deployment, and ends with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PrivateAttr, TypeAdapter

from segue.events.actions import RunDeployment
from segue.events.schemas.automations import (
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    SequenceTrigger,
    Trigger,
)
from segue.wire.automations import NewAutomation


class BaseDeploymentTrigger(BaseModel):
    """What a deployment says beside what fires it."""

    model_config = ConfigDict(extra="forbid", ser_json_timedelta="float")

    #: Of the automation; by default the deployment's with a number.
    name: str | None = None
    description: str = ""
    enabled: bool = True
    #: Of the run: above the deployment's own, and templates.
    parameters: dict[str, Any] | None = None
    job_variables: dict[str, Any] | None = None
    schedule_after: timedelta = timedelta()

    _deployment_id: UUID | None = PrivateAttr(default=None)

    def set_deployment_id(self, deployment_id: UUID) -> None:
        """Say which deployment it is a trigger of."""
        self._deployment_id = deployment_id

    def actions(self) -> list[RunDeployment]:
        """Return what the automation does; raises ValueError while no deployment is known."""
        if self._deployment_id is None:
            raise ValueError("This trigger belongs to no deployment yet; `set_deployment_id` says to which.")
        return [
            RunDeployment(
                deployment_id=self._deployment_id, parameters=self.parameters, job_variables=self.job_variables,
                schedule_after=self.schedule_after,
            )
        ]  # fmt: skip

    def owner_resource(self) -> str | None:
        """Return whose the automation is."""
        return None if self._deployment_id is None else f"segue.deployment.{self._deployment_id}"

    def request(self, name: str) -> NewAutomation:
        """Return the automation as a server is asked for it, of this name where it has none of its own."""
        trigger = _as_trigger(self)
        return NewAutomation(
            name=self.name or name, description=self.description, enabled=self.enabled, trigger=trigger.recorded,
            actions=[action.recorded for action in self.actions()], owner_resource=self.owner_resource(),
        )  # fmt: skip

    def _apart(self) -> set[str]:
        return set(BaseDeploymentTrigger.model_fields)


class DeploymentEventTrigger(BaseDeploymentTrigger, EventTrigger):
    """Runs a deployment when events come, or stay away."""


class DeploymentMetricTrigger(BaseDeploymentTrigger, MetricTrigger):
    """Runs a deployment when a number has been beyond its bound for a while."""


class DeploymentCompoundTrigger(BaseDeploymentTrigger, CompoundTrigger):
    """Runs a deployment when enough triggers have fired."""


class DeploymentSequenceTrigger(BaseDeploymentTrigger, SequenceTrigger):
    """Runs a deployment when triggers have fired in their order."""


DeploymentTriggerTypes: TypeAlias = (
    DeploymentEventTrigger | DeploymentMetricTrigger | DeploymentCompoundTrigger | DeploymentSequenceTrigger
)
_KINDS: TypeAdapter[DeploymentTriggerTypes] = TypeAdapter(DeploymentTriggerTypes)


def _as_trigger(found: BaseDeploymentTrigger) -> Trigger:
    if not isinstance(found, Trigger):
        raise TypeError(f"{found!r} is no trigger; make a DeploymentEventTrigger, or one of its kin.")
    return found


def understood(given: Any) -> BaseDeploymentTrigger:
    """Return a trigger that is given as one or as its fields; raises ValueError for what is wrong, TypeError for what is none."""
    match given:
        case BaseDeploymentTrigger():
            return given
        case Trigger():
            return _KINDS.validate_python(given.model_dump())
        case dict():
            # Without a type, a trigger by events is meant.
            return _KINDS.validate_python({"type": "event", **given})
        case _:
            raise TypeError(
                f"{given!r} is no trigger; make a DeploymentEventTrigger of segue.automations, or one of its kin."
            )


__all__ = [
    "BaseDeploymentTrigger", "DeploymentEventTrigger", "DeploymentMetricTrigger", "DeploymentCompoundTrigger",
    "DeploymentSequenceTrigger", "DeploymentTriggerTypes", "understood",
]  # fmt: skip
