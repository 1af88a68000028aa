"""Automations over the wire: made, changed, listed; their firings with what was done; rows of the table of operations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from segue.model.actions import Action
from segue.model.automations import (
    Automation,
    AutomationFiring,
    CountedEvent,
    FiringState,
    QueuedAction,
    Trigger,
    WaitedFor,
)
from segue.model.bounds import Instant, Offset, PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation
from segue.wire.queries import Count
from segue.wire.requests import ById, Nothing


class NewAutomation(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An automation to be made."""

    name: str
    trigger: Trigger
    actions: list[Action] = []
    actions_on_trigger: list[Action] = []
    actions_on_resolve: list[Action] = []
    description: str = ""
    enabled: bool = True
    tags: list[str] = []
    owner_resource: str | None = None
    #: Made by the server where none is given.
    id: Id = ""


class EditAutomation(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes an automation; what is left out stays as it is. What it has counted stays while its trigger does."""

    id: Id
    name: str | UnsetType = UNSET
    trigger: Trigger | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET
    actions_on_trigger: list[Action] | UnsetType = UNSET
    actions_on_resolve: list[Action] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET


class OwnedAutomations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives a resource, such as a deployment, its automations, instead of those it has; of one name it stays the same one."""

    owner_resource: str
    automations: Annotated[list[NewAutomation], Meta(max_length=100)]


class AutomationQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of automations, by name unless `sort` says otherwise."""

    ids: list[Id] | None = None
    names: list[str] | None = None
    name_like: str | None = None
    enabled: bool | None = None
    tags_all: list[str] | None = None
    tags_any: list[str] | None = None
    owner_resources: list[str] | None = None
    #: Only those that belong to a resource, name it in their trigger or act upon it, such as `segue.deployment.<id>`; of a flow
    #: also those that have to do with its deployments, of a deployment also those that name its flow.
    related_to: str | None = None
    created_after: Instant | None = None
    #: `name`, `created` or `updated`; a leading `-` turns the order round.
    sort: str = "name"
    limit: PageSize = 50
    after: str | None = None
    offset: Offset = 0


class Automations(Struct, frozen=True, kw_only=True):
    """A page of automations."""

    items: list[Automation]
    next: str | None = None


class AutomationFiringQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of firings, the latest first."""

    ids: list[Id] | None = None
    automation_ids: list[Id] | None = None
    states: list[FiringState] | None = None
    fired_after: Instant | None = None
    fired_before: Instant | None = None
    #: `fired`; a leading `-` turns the order round.
    sort: str = "-fired"
    limit: PageSize = 50
    after: str | None = None


class AutomationFirings(Struct, frozen=True, kw_only=True):
    """A page of firings."""

    items: list[AutomationFiring]
    next: str | None = None


class FiringWithActions(Struct, frozen=True, kw_only=True):
    """A firing and what was, or is to be, done about it."""

    firing: AutomationFiring
    actions: list[QueuedAction]


class TryAutomation(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks what would have fired an automation in the past: one that there is (`id`), or one as it would be made."""

    id: Id | None = None
    automation: NewAutomation | None = None
    #: By default the last day, up to now.
    occurred_after: Instant | None = None
    occurred_before: Instant | None = None
    #: Firings, the first of them.
    limit: PageSize = 50


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What would have fired. `read`: events of the names that it expects; `meant`: those of them that it means."""

    firings: list[AutomationFiring]
    #: How many there would have been, these among them.
    fired: int
    read: int
    meant: int
    waiting: list[WaitedFor]
    #: From when to when; not all of what was asked for where that was too much.
    began: datetime
    ended: datetime
    whole: bool


class ExplainAutomation(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks why an automation has not fired: by an event, or by the last ones that it might have meant."""

    id: Id
    event_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 10


class Judgement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an automation made of an event, and why."""

    event: CountedEvent
    #: `fired` or `counted`: with others; `waiting`: it counts, and more is waited for; `passed`: it counted, and the rest did not
    #: come in time; `not-meant`; `before`: the automation was not, or not so, when it came; `coming`: it has not been looked at.
    outcome: Literal["fired", "counted", "waiting", "passed", "not-meant", "before", "coming"]
    sentence: str
    firing_id: Id | None = None


class Explanation(Struct, frozen=True, kw_only=True):
    """What an automation waits for, and what it made of events."""

    automation: Automation
    sentence: str
    waiting: list[WaitedFor]
    events: list[Judgement]
    last_firing: AutomationFiring | None = None


_R, _E = Access.READ, Access.EDIT
_READ, _NOW = Durability.READ, Durability.NOW

_N = "automations"
AUTOMATION_CREATE = Operation(f"{_N}.create", "POST", f"/{_N}", NewAutomation, Automation, _E, _NOW)
AUTOMATION_OWN = Operation(f"{_N}.own", "POST", f"/{_N}/owned", OwnedAutomations, Automations, _E, _NOW)
AUTOMATION_READ = Operation(f"{_N}.read", "GET", f"/{_N}/{{id}}", ById, Automation, _R, _READ)
AUTOMATION_EDIT = Operation(f"{_N}.edit", "PATCH", f"/{_N}/{{id}}", EditAutomation, Automation, _E, _NOW)
AUTOMATION_DELETE = Operation(f"{_N}.delete", "DELETE", f"/{_N}/{{id}}", ById, Nothing, _E, _NOW)
AUTOMATION_LIST = Operation(f"{_N}.list", "POST", f"/{_N}/list", AutomationQuery, Automations, _R, _READ, get=f"/{_N}")
AUTOMATION_COUNT = Operation(
    f"{_N}.count", "POST", f"/{_N}/count", AutomationQuery, Count, _R, _READ, get=f"/{_N}/count"
)
AUTOMATION_TRY = Operation(f"{_N}.test", "POST", f"/{_N}/test", TryAutomation, Rehearsal, _R, _READ)
AUTOMATION_EXPLAIN = Operation(
    f"{_N}.explain",
    "POST",
    f"/{_N}/{{id}}/explain",
    ExplainAutomation,
    Explanation,
    _R,
    _READ,
    get=f"/{_N}/{{id}}/explanation",
)

_F = "automation-firings"
AUTOMATION_FIRING_LIST = Operation(
    f"{_F}.list", "POST", f"/{_F}/list", AutomationFiringQuery, AutomationFirings, _R, _READ, get=f"/{_F}"
)
AUTOMATION_FIRING_READ = Operation(f"{_F}.read", "GET", f"/{_F}/{{id}}", ById, FiringWithActions, _R, _READ)
