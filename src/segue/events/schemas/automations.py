"""What fires an automation, as users write it: triggers by events, by their absence, by metrics, and triggers made of triggers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from segue.decide.triggers.checking import check_trigger
from segue.events.actions import ActionTypes
from segue.events.schemas.events import ResourceSpecification
from segue.model import automations as model
from segue.model.automations import Statistic


class Posture(str, Enum):
    """Whether a trigger waits for events to come, or for them to stay away."""

    Reactive = "Reactive"
    Proactive = "Proactive"


class TriggerState(str, Enum):
    """What a firing brought about."""

    Triggered = "Triggered"
    Resolved = "Resolved"


class MetricTriggerOperator(str, Enum):
    """How a number is compared with its bound."""

    LT = "<"
    LTE = "<="
    GT = ">"
    GTE = ">="


class SegueMetric(str, Enum):
    """What is measured."""

    lateness = "lateness"
    duration = "duration"
    successes = "successes"
    queue_age = "queue-age"
    value = "value"


def _labels(value: object) -> object:
    return dict(value.root) if isinstance(value, ResourceSpecification) else value


def _some_labels(value: object) -> object:
    return [_labels(each) for each in value] if isinstance(value, list | tuple) else _labels(value)


#: Values by label, of a list any one; `*` at a value's end stands for any rest, `!` at its beginning turns it round.
Match = Annotated[dict[str, str | list[str]], BeforeValidator(_labels)]
#: A set that is always written in the same order: what is the same text is the same trigger.
Names = Annotated[set[str], PlainSerializer(sorted, return_type=list[str])]
Related = Annotated[dict[str, str | list[str]] | list[dict[str, str | list[str]]], BeforeValidator(_some_labels)]


class Trigger(BaseModel):
    """What all triggers are."""

    model_config = ConfigDict(extra="forbid", ser_json_timedelta="float")

    @property
    def recorded(self) -> model.Trigger:
        """The trigger as it is recorded."""
        dumped = self.model_dump(mode="json", exclude_none=True, exclude=self._apart())
        made: model.Trigger = msgspec.convert(dumped, type=model.Trigger)
        return made

    def _apart(self) -> set[str]:
        """Names of what is not the trigger's own."""
        return set()

    @model_validator(mode="after")
    def _can_be_followed(self) -> Trigger:
        check_trigger(self.recorded)
        return self


class ResourceTrigger(Trigger):
    """A trigger by what happens to resources."""

    match: Match = Field(default_factory=dict)
    match_related: Related = Field(default_factory=dict)


class EventTrigger(ResourceTrigger):
    """Fires when events come (Reactive), or when they stay away (Proactive)."""

    type: Literal["event"] = "event"
    after: Names = Field(default_factory=set)
    expect: Names = Field(default_factory=set)
    for_each: Names = Field(default_factory=set)
    posture: Posture = Posture.Reactive
    threshold: int = Field(default=1, ge=1, le=10_000)
    #: Seconds when given as a number; 0: no matter when.
    within: timedelta = timedelta()


class MetricTriggerQuery(BaseModel):
    """A number over time, and the bound beyond which it must stay for a while."""

    model_config = ConfigDict(extra="forbid", ser_json_timedelta="float")

    name: SegueMetric
    threshold: float
    operator: MetricTriggerOperator
    range: timedelta = timedelta(seconds=300)
    firing_for: timedelta = timedelta(seconds=300)
    #: Of `value`: the names of the events, the place of the number in their payload, and what is made of several.
    events: list[str] = Field(default_factory=list)
    field: str | None = None
    statistic: Statistic = "avg"


class MetricTrigger(ResourceTrigger):
    """Fires when a number has been beyond its bound for a while."""

    type: Literal["metric"] = "metric"
    posture: Literal["Metric"] = Field(default="Metric", exclude=True)
    metric: MetricTriggerQuery


class CompositeTrigger(Trigger):
    """A trigger made of triggers."""

    triggers: list[TriggerTypes] = Field(min_length=1, max_length=100)
    within: timedelta | None = None
    for_each: Names = Field(default_factory=set)


class CompoundTrigger(CompositeTrigger):
    """Fires when enough of its triggers have fired within a time, in any order."""

    type: Literal["compound"] = "compound"
    require: int | Literal["any", "all"] = "all"


class SequenceTrigger(CompositeTrigger):
    """Fires when its triggers have fired in their order within a time."""

    type: Literal["sequence"] = "sequence"


TriggerTypes: TypeAlias = Annotated[
    EventTrigger | MetricTrigger | CompoundTrigger | SequenceTrigger, Field(discriminator="type")
]
CompositeTrigger.model_rebuild()
CompoundTrigger.model_rebuild()
SequenceTrigger.model_rebuild()


class AutomationCore(BaseModel):
    """What an automation is: what fires it, and what it then does."""

    model_config = ConfigDict(extra="ignore", ser_json_timedelta="float")

    name: str = Field(min_length=1)
    description: str = ""
    enabled: bool = True
    tags: list[str] = Field(default_factory=list)
    trigger: TriggerTypes
    actions: list[ActionTypes] = Field(default_factory=list)
    actions_on_trigger: list[ActionTypes] = Field(default_factory=list)
    actions_on_resolve: list[ActionTypes] = Field(default_factory=list)
    owner_resource: str | None = None


def trigger_of(recorded: model.Trigger) -> EventTrigger | MetricTrigger | CompoundTrigger | SequenceTrigger:
    """Return a recorded trigger as users know it."""
    kinds: Mapping[str, type[Trigger]] = {
        "event": EventTrigger, "metric": MetricTrigger, "compound": CompoundTrigger, "sequence": SequenceTrigger,
    }  # fmt: skip
    facts = cast("dict[str, Any]", msgspec.to_builtins(recorded))
    return cast(
        "EventTrigger | MetricTrigger | CompoundTrigger | SequenceTrigger", kinds[facts["type"]].model_validate(facts)
    )


def __getattr__(name: str) -> Any:
    """Return `Automation`, which users look for here as well; it is made of what stands above."""
    if name == "Automation":
        return importlib.import_module("segue.automations").Automation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
