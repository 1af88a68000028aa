"""Automations: what shall be done when something happens, or does not."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

import msgspec
from pydantic import Field

from segue.engine.asks import Do, Script
from segue.engine.session import backend, reading
from segue.events.actions import ActionTypes as ActionTypes
from segue.events.actions import CallWebhook as CallWebhook
from segue.events.actions import CancelFlowRun as CancelFlowRun
from segue.events.actions import ChangeFlowRunState as ChangeFlowRunState
from segue.events.actions import DeleteFlowRun as DeleteFlowRun
from segue.events.actions import DoNothing as DoNothing
from segue.events.actions import EmitEvent as EmitEvent
from segue.events.actions import InvokeFunction as InvokeFunction
from segue.events.actions import PauseAutomation as PauseAutomation
from segue.events.actions import PauseDeployment as PauseDeployment
from segue.events.actions import PauseSchedule as PauseSchedule
from segue.events.actions import PauseWorkPool as PauseWorkPool
from segue.events.actions import PauseWorkQueue as PauseWorkQueue
from segue.events.actions import QuietHours as QuietHours
from segue.events.actions import ResumeAutomation as ResumeAutomation
from segue.events.actions import ResumeDeployment as ResumeDeployment
from segue.events.actions import ResumeFlowRun as ResumeFlowRun
from segue.events.actions import ResumeSchedule as ResumeSchedule
from segue.events.actions import ResumeWorkPool as ResumeWorkPool
from segue.events.actions import ResumeWorkQueue as ResumeWorkQueue
from segue.events.actions import RunDeployment as RunDeployment
from segue.events.actions import SendNotification as SendNotification
from segue.events.actions import SuspendFlowRun as SuspendFlowRun
from segue.events.schemas.automations import AutomationCore as AutomationCore
from segue.events.schemas.automations import CompositeTrigger as CompositeTrigger
from segue.events.schemas.automations import CompoundTrigger as CompoundTrigger
from segue.events.schemas.automations import EventTrigger as EventTrigger
from segue.events.schemas.automations import MetricTrigger as MetricTrigger
from segue.events.schemas.automations import MetricTriggerOperator as MetricTriggerOperator
from segue.events.schemas.automations import MetricTriggerQuery as MetricTriggerQuery
from segue.events.schemas.automations import Posture as Posture
from segue.events.schemas.automations import ResourceTrigger as ResourceTrigger
from segue.events.schemas.automations import SegueMetric as SegueMetric
from segue.events.schemas.automations import SequenceTrigger as SequenceTrigger
from segue.events.schemas.automations import Trigger as Trigger
from segue.events.schemas.automations import TriggerTypes as TriggerTypes
from segue.events.schemas.deployment_triggers import BaseDeploymentTrigger as BaseDeploymentTrigger
from segue.events.schemas.deployment_triggers import DeploymentCompoundTrigger as DeploymentCompoundTrigger
from segue.events.schemas.deployment_triggers import DeploymentEventTrigger as DeploymentEventTrigger
from segue.events.schemas.deployment_triggers import DeploymentMetricTrigger as DeploymentMetricTrigger
from segue.events.schemas.deployment_triggers import DeploymentSequenceTrigger as DeploymentSequenceTrigger
from segue.events.schemas.deployment_triggers import DeploymentTriggerTypes as DeploymentTriggerTypes
from segue.events.schemas.events import ResourceSpecification as ResourceSpecification
from segue.model import automations as model
from segue.model.errors import NotFound
from segue.pairs import aplay, play
from segue.wire import automations as w
from segue.wire.requests import ById


class Automation(AutomationCore):
    """An automation; each method has an `a…` twin, and is itself awaitable in async code."""

    id: UUID | None = Field(default=None)

    @classmethod
    def of(cls, recorded: model.Automation) -> Self:
        """Return an automation as users know it."""
        return cls.model_validate(msgspec.to_builtins(recorded))

    def create(self) -> Self:
        """Make the automation, and return it with its id; raises what the service says against it."""
        return play(self._create())

    async def acreate(self) -> Self:
        """Make the automation, and return it with its id."""
        return await aplay(self._create())

    @classmethod
    def read(cls, id: UUID | str | None = None, name: str | None = None) -> Self:
        """Return an automation by its id or its name; raises ValueError where there is none, or several of the name."""
        return play(cls._read(id, name))

    @classmethod
    async def aread(cls, id: UUID | str | None = None, name: str | None = None) -> Self:
        """Return an automation by its id or its name."""
        return await aplay(cls._read(id, name))

    def update(self) -> None:
        """Bring what is recorded up to date with this; raises ValueError where there is none."""
        return play(self._update())

    async def aupdate(self) -> None:
        """Bring what is recorded up to date with this."""
        return await aplay(self._update())

    def delete(self) -> bool:
        """Delete the automation; False where there is none."""
        return play(self._delete())

    async def adelete(self) -> bool:
        """Delete the automation; False where there is none."""
        return await aplay(self._delete())

    def disable(self) -> bool:
        """Let it not fire until it is enabled again; False where there is none."""
        return play(self._turn(on=False))

    async def adisable(self) -> bool:
        """Let it not fire until it is enabled again; False where there is none."""
        return await aplay(self._turn(on=False))

    def enable(self) -> bool:
        """Let it fire; False where there is none."""
        return play(self._turn(on=True))

    async def aenable(self) -> bool:
        """Let it fire; False where there is none."""
        return await aplay(self._turn(on=True))

    def _create(self) -> Script[Self]:
        request = request_of(self)
        made = yield Do(lambda: backend().call(w.AUTOMATION_CREATE, request))
        self.id = UUID(made.id)
        return self

    @classmethod
    def _read(cls, id: UUID | str | None, name: str | None) -> Script[Self]:
        if (id is None) is (name is None):
            raise ValueError("One of id or name must be provided")
        if id is not None:
            asked = ById(str(UUID(str(id))))
            try:
                found = yield Do(lambda: reading().call(w.AUTOMATION_READ, asked))
            except NotFound:
                raise ValueError(f"Automation with ID {id!r} not found") from None
            return cls.of(found)
        query = w.AutomationQuery(names=[name or ""], limit=2)
        page = yield Do(lambda: reading().call(w.AUTOMATION_LIST, query))
        if not page.items:
            raise ValueError(f"Automation with name {name!r} not found")
        if len(page.items) > 1:
            raise ValueError(f"There are several automations with name {name!r}; read one of them by its id")
        return cls.of(page.items[0])

    def _update(self) -> Script[None]:
        edit = edit_of(self, self._known())
        try:
            yield Do(lambda: backend().call(w.AUTOMATION_EDIT, edit))
        except NotFound:
            raise ValueError(f"Automation with ID {self.id} not found") from None

    def _delete(self) -> Script[bool]:
        asked = ById(self._known())
        try:
            yield Do(lambda: backend().call(w.AUTOMATION_DELETE, asked))
        except NotFound:
            return False
        return True

    def _turn(self, *, on: bool) -> Script[bool]:
        edit = w.EditAutomation(id=self._known(), enabled=on)
        try:
            yield Do(lambda: backend().call(w.AUTOMATION_EDIT, edit))
        except NotFound:
            return False
        self.enabled = on
        return True

    def _known(self) -> str:
        if self.id is None:
            raise ValueError("Can't do this to an automation without an id; create or read it first")
        return str(self.id)


def request_of(automation: AutomationCore) -> w.NewAutomation:
    """Return an automation as a server is asked to make it."""
    return w.NewAutomation(owner_resource=automation.owner_resource, **_facts(automation))


def edit_of(automation: AutomationCore, id: str) -> w.EditAutomation:
    """Return an automation as a server is asked to change one into it."""
    return w.EditAutomation(id=id, **_facts(automation))


def _facts(automation: AutomationCore) -> dict[str, Any]:
    return {
        "name": automation.name,
        "description": automation.description,
        "enabled": automation.enabled,
        "tags": list(automation.tags),
        "trigger": automation.trigger.recorded,
        "actions": [action.recorded for action in automation.actions],
        "actions_on_trigger": [action.recorded for action in automation.actions_on_trigger],
        "actions_on_resolve": [action.recorded for action in automation.actions_on_resolve],
    }
