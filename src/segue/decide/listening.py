"""Who hears of what: the filter of a live stream as a pure rule over one event or one log line.

It means what the filter of a list of events means (`service/events.py`, in SQL); a test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from segue.decide.naming import (
    FLOW_RUN,
    RESOURCE_ID,
    RESOURCE_ROLE,
    STATE_NAME,
    STATE_TYPE,
    TASK_RUN,
    Pattern,
    pattern,
)
from segue.model.events import Event
from segue.model.runs import Log

Condition = Callable[[Event], bool]


class Interest(Struct, frozen=True, kw_only=True):
    """What a listener wants to hear."""

    runs: bool = True
    events: bool = True
    logs: bool = True
    counters: bool = True
    flow_run_ids: frozenset[str] | None = None
    level: int = 0
    conditions: tuple[Condition, ...] = ()

    def hears(self, event: Event) -> bool:
        """Say whether an event is wanted."""
        if not (self.runs if is_state(event) else self.events):
            return False
        if self.flow_run_ids is not None and self.flow_run_ids.isdisjoint(_flow_runs(event)):
            return False
        return all(holds(event) for holds in self.conditions)

    def reads(self, line: Log) -> bool:
        """Say whether a log line is wanted."""
        if not self.logs or line.level < self.level:
            return False
        return self.flow_run_ids is None or line.flow_run_id in self.flow_run_ids


def is_state(event: Event) -> bool:
    """Say whether an event is a state that a run entered."""
    return STATE_TYPE in event.resource and event.event.startswith((FLOW_RUN, TASK_RUN))


def interest(
    kinds: Sequence[str] = (),
    *,
    names: Sequence[str] | None = None,
    not_names: Sequence[str] | None = None,
    flow_run_ids: Sequence[str] | None = None,
    level: int = 0,
    ids: Sequence[str] | None = None,
    resource_ids: Sequence[str] | None = None,
    any_resource_ids: Sequence[str] | None = None,
    related_ids: Sequence[str] | None = None,
    related_roles: Sequence[str] | None = None,
    actor: str | None = None,
    text: str | None = None,
    state_types: Sequence[str] | None = None,
    state_names: Sequence[str] | None = None,
    occurred_after: datetime | None = None,
    occurred_before: datetime | None = None,
) -> Interest:
    """Understand what is asked for; no kind at all means every kind, and of lists any member fits but of what is related."""
    conditions = [
        *_about_names(names, not_names),
        *_about_resources(resource_ids, any_resource_ids, related_ids, related_roles),
        *_about_states(state_types, state_names),
    ]
    if ids is not None:
        wanted = frozenset(ids)
        conditions.append(lambda event: event.id in wanted)
    if actor is not None:
        conditions.append(lambda event: event.actor is not None and event.actor.name == actor)
    if text is not None:
        sought = text.lower()
        conditions.append(lambda event: sought in _text(event))
    if occurred_after is not None:
        conditions.append(lambda event: event.occurred >= occurred_after)
    if occurred_before is not None:
        conditions.append(lambda event: event.occurred < occurred_before)
    return Interest(
        runs=not kinds or "runs" in kinds,
        events=not kinds or "events" in kinds,
        logs=not kinds or "logs" in kinds,
        counters=not kinds or "counters" in kinds,
        flow_run_ids=None if flow_run_ids is None else frozenset(flow_run_ids),
        level=level,
        conditions=tuple(conditions),
    )


def _about_names(names: Sequence[str] | None, not_names: Sequence[str] | None) -> list[Condition]:
    found: list[Condition] = []
    if names is not None:
        wanted = _patterns(names)
        found.append(lambda event: _fits(event.event, wanted))
    if not_names:
        unwanted = _patterns(not_names)
        found.append(lambda event: not _fits(event.event, unwanted))
    return found


def _about_resources(
    ids: Sequence[str] | None,
    any_ids: Sequence[str] | None,
    related_ids: Sequence[str] | None,
    related_roles: Sequence[str] | None,
) -> list[Condition]:
    found: list[Condition] = []
    if ids is not None:
        wanted = _patterns(ids)
        found.append(lambda event: _fits(event.resource[RESOURCE_ID], wanted))
    if any_ids is not None:
        about = _patterns(any_ids)
        found.append(
            lambda event: _fits(event.resource[RESOURCE_ID], about) or any(_fits(id, about) for id in _related(event))
        )
    if related_ids:
        each = _patterns(related_ids)
        found.append(lambda event: all(any(one.holds(id) for id in _related(event)) for one in each))
    if related_roles:
        roles = frozenset(related_roles)
        found.append(lambda event: roles <= {labels.get(RESOURCE_ROLE) for labels in event.related})
    return found


def _about_states(types: Sequence[str] | None, names: Sequence[str] | None) -> list[Condition]:
    if types is None and names is None:
        return []
    kinds, called = frozenset(types or ()), frozenset(name.lower() for name in names or ())
    return [
        lambda event: (
            is_state(event)
            and (event.resource[STATE_TYPE] in kinds or event.resource.get(STATE_NAME, "").lower() in called)
        )
    ]


def _patterns(written: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(map(pattern, written))


def _fits(name: str, patterns: tuple[Pattern, ...]) -> bool:
    return any(each.holds(name) for each in patterns)


def _related(event: Event) -> list[str]:
    return [labels.get(RESOURCE_ID, "") for labels in event.related]


def _flow_runs(event: Event) -> set[str]:
    ids = [event.resource[RESOURCE_ID], *_related(event)]
    return {id.removeprefix(FLOW_RUN) for id in ids if id.startswith(FLOW_RUN)}


def _text(event: Event) -> str:
    """What an event says of itself, in small letters; names of what a state has to do with are put to it on reading alone."""
    related = None if is_state(event) else event.related
    said = [event.event, event.resource, related, event.payload, event.actor, event.reason]
    return msgspec.json.encode(said).decode().lower()
