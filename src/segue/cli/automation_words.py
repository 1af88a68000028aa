"""Automations in the words of people: what fires them, what they do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from segue.cli.words import short
from segue.decide.firing import spoken
from segue.model.actions import Action
from segue.model.automations import (
    CompoundTrigger,
    EventTrigger,
    MetricTrigger,
    MetricTriggerQuery,
    SequenceTrigger,
    Trigger,
)


def trigger_lines(trigger: Trigger, depth: int = 0) -> Iterator[str]:
    """Yield lines that say what fires an automation."""
    pad = "  " * depth
    match trigger:
        case EventTrigger():
            yield pad + _by_events(trigger)
            yield from (pad + "  " + line for line in _conditions(trigger))
        case MetricTrigger():
            yield pad + _by_metric(trigger.metric)
            yield from (pad + "  " + line for line in _conditions(trigger))
        case CompoundTrigger(require=require, triggers=triggers):
            yield f"{pad}{require} of these{_within(trigger.within)}{_apart(trigger.for_each)}:"
            for each in triggers:
                yield from trigger_lines(each, depth + 1)
        case SequenceTrigger(triggers=triggers):
            yield f"{pad}these in their order{_within(trigger.within)}{_apart(trigger.for_each)}:"
            for each in triggers:
                yield from trigger_lines(each, depth + 1)


def _by_events(trigger: EventTrigger) -> str:
    names = " or ".join(trigger.expect) or "any event"
    after = f" after {' or '.join(trigger.after)}" if trigger.after else ""
    many = f"{trigger.threshold} times " if trigger.threshold > 1 else ""
    if trigger.posture == "Proactive":
        return f"{names} does not come {many}within {_span(trigger.within)}{after}{_apart(trigger.for_each)}"
    return f"{names} comes {many.strip()}{_within(trigger.within)}{after}{_apart(trigger.for_each)}".replace("  ", " ")


def _by_metric(metric: MetricTriggerQuery) -> str:
    value = f"{metric.statistic} of {metric.field or 'events'} in {' or '.join(metric.events)}"
    what = value if metric.name == "value" else metric.name
    return f"{what} {metric.operator} {metric.threshold:g} over {_span(metric.range)}, for {_span(metric.firing_for)}"


def _conditions(trigger: EventTrigger | MetricTrigger) -> Iterator[str]:
    if trigger.match:
        yield f"of {short(trigger.match)}"
    if trigger.match_related:
        yield f"related to {short(trigger.match_related)}"


def _within(seconds: float | None) -> str:
    return f" within {_span(seconds)}" if seconds else ""


def _apart(for_each: list[str]) -> str:
    return f", for each {', '.join(for_each)}" if for_each else ""


def _span(seconds: float) -> str:
    return spoken(timedelta(seconds=seconds))


def action_kind(action: Action) -> str:
    """Return the name of an action's type."""
    return str(action.__struct_config__.tag)


def action_words(action: Action) -> str:
    """Return what an action does."""
    facts: dict[str, object] = msgspec.to_builtins(action)
    kind = str(facts.pop("type")).replace("-", " ")
    told = " ".join(f"{name}={short(value, 60)}" for name, value in facts.items())
    return f"{kind} {told}".strip()
