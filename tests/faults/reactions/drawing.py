"""Automations and events drawn by chance, small enough in time that much fires within seconds."""

from __future__ import annotations

import random
from typing import Literal

from segue.model.actions import Action, CallWebhook, EmitEvent, RunDeployment
from segue.model.automations import (
    CompoundTrigger,
    EventTrigger,
    Match,
    MetricTrigger,
    MetricTriggerQuery,
    SequenceTrigger,
    Trigger,
)
from segue.wire.automations import NewAutomation

NAMES = ("a.one", "a.two", "b.one", "c")
#: What every event that the automations mean has in common: those of the platform itself are left alone.
STORM = {"feed": "storm"}
REQUIRED: tuple[Literal["any", "all"] | int, ...] = ("any", "all", 2)
#: The longest that anything is waited for, in seconds.
LONGEST = 2.0


def automation(chance: random.Random, number: int, *, deployment: str, webhook: str) -> NewAutomation:
    """Draw an automation that makes a run, tells an event that later ones may wait for, and calls a webhook now and then."""
    early = number % 2 == 0
    names = [*NAMES] if early else [*NAMES, "acted.*", "acted.*"]
    event = EmitEvent(
        event=f"{'acted' if early else 'ended'}.{number}", payload={"firing": "{{ firing.id }}"},
        resource={"segue.resource.id": f"r{number % 3}", "room": "north", **STORM},
    )  # fmt: skip
    actions: list[Action] = [RunDeployment(deployment_id=deployment), event]
    if number % 6 == 0:
        actions.append(CallWebhook(block_document_id=webhook, payload='{"firing": "{{ firing.id }}"}'))
    # Also what is resolved is acted upon, in the same way.
    return NewAutomation(
        name=f"n{number}", trigger=_trigger(chance, names), actions=actions, actions_on_resolve=actions
    )


def event(chance: random.Random) -> tuple[str, dict[str, str], dict[str, object]]:
    """Draw an event: its name, its resource, its payload."""
    resource = {
        "segue.resource.id": chance.choice(["r1", "r2", "s"]),
        "room": chance.choice(["north", "south"]),
        **STORM,
    }
    return chance.choice(NAMES), resource, {"n": chance.randint(0, 5)}


def _trigger(chance: random.Random, names: list[str], depth: int = 0) -> Trigger:
    kind = chance.choices(["event", "absence", "metric", "compound", "sequence"], [6, 4, 1, 2 - depth, 2 - depth])[0]
    match kind:
        case "event":
            return _by_events(chance, names, proactive=False)
        case "absence":
            return _by_events(chance, names, proactive=True)
        case "metric":
            return _by_metric(chance)
        case _:
            triggers = [_trigger(chance, names, depth + 1) for _ in range(chance.randint(2, 3))]
            within = chance.choice([None, 0.5, LONGEST])
            for_each = chance.choice([[], [], ["room"]])
            if kind == "sequence":
                return SequenceTrigger(triggers=triggers, within=within, for_each=for_each)
            require: Literal["any", "all"] | int = chance.choice(REQUIRED)
            return CompoundTrigger(triggers=triggers, within=within, require=require, for_each=for_each)


def _by_events(chance: random.Random, names: list[str], *, proactive: bool) -> EventTrigger:
    after = [chance.choice(names)] if chance.random() < 0.4 else []
    return EventTrigger(
        match=_match(chance), after=after, expect=chance.sample(names, chance.randint(1, 2)),
        for_each=chance.choice([[], ["segue.resource.id"], ["room", "segue.resource.id"]]),
        posture="Proactive" if proactive else "Reactive", threshold=chance.randint(1, 3),
        within=chance.choice([1.0, 1.5, LONGEST]) if proactive else chance.choice([0.0, 0.3, LONGEST]),
    )  # fmt: skip


def _by_metric(chance: random.Random) -> MetricTrigger:
    query = MetricTriggerQuery(
        name="value", events=["a.*"], field="n", statistic=chance.choice(["avg", "min", "max", "sum", "count", "last"]),
        operator=chance.choice(["<", "<=", ">", ">="]), threshold=float(chance.randint(0, 4)),
        range=chance.choice([1.0, LONGEST]), firing_for=chance.choice([0.0, 0.5]),
    )  # fmt: skip
    return MetricTrigger(metric=query, match=_match(chance))


def _match(chance: random.Random) -> Match:
    more: list[Match] = [
        {},
        {"room": "north"},
        {"room": ["north", "south"]},
        {"room": "!north"},
        {"segue.resource.id": "r*"},
    ]
    return {**STORM, **chance.choice(more)}
