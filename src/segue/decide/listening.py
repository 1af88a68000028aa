"""Who hears of what: the filter of a live stream as a pure rule over one event or one log line."""

from __future__ import annotations

from msgspec import Struct

from segue.decide.naming import FLOW_RUN, RESOURCE_ID, STATE_TYPE, TASK_RUN, Pattern, pattern
from segue.model.events import Event
from segue.model.runs import Log


class Interest(Struct, frozen=True, kw_only=True):
    """What a listener wants to hear."""

    runs: bool = True
    events: bool = True
    logs: bool = True
    counters: bool = True
    names: tuple[Pattern, ...] | None = None
    resources: tuple[Pattern, ...] | None = None
    flow_run_ids: frozenset[str] | None = None
    level: int = 0

    def hears(self, event: Event) -> bool:
        """Say whether an event is wanted."""
        if not (self.runs if is_state(event) else self.events):
            return False
        if self.names is not None and not any(each.holds(event.event) for each in self.names):
            return False
        if self.resources is not None and not any(each.holds(event.resource[RESOURCE_ID]) for each in self.resources):
            return False
        return self.flow_run_ids is None or not self.flow_run_ids.isdisjoint(_flow_runs(event))

    def reads(self, line: Log) -> bool:
        """Say whether a log line is wanted."""
        if not self.logs or line.level < self.level:
            return False
        return self.flow_run_ids is None or line.flow_run_id in self.flow_run_ids


def is_state(event: Event) -> bool:
    """Say whether an event is a state that a run entered."""
    return STATE_TYPE in event.resource and event.event.startswith((FLOW_RUN, TASK_RUN))


def interest(
    kinds: list[str],
    *,
    names: list[str] | None,
    resource_ids: list[str] | None,
    flow_run_ids: list[str] | None,
    level: int,
) -> Interest:
    """Understand what is asked for; no kind at all means every kind."""
    return Interest(
        runs=not kinds or "runs" in kinds,
        events=not kinds or "events" in kinds,
        logs=not kinds or "logs" in kinds,
        counters=not kinds or "counters" in kinds,
        names=None if names is None else tuple(map(pattern, names)),
        resources=None if resource_ids is None else tuple(map(pattern, resource_ids)),
        flow_run_ids=None if flow_run_ids is None else frozenset(flow_run_ids),
        level=level,
    )


def _flow_runs(event: Event) -> set[str]:
    ids = [event.resource[RESOURCE_ID], *(labels.get(RESOURCE_ID, "") for labels in event.related)]
    return {id.removeprefix(FLOW_RUN) for id in ids if id.startswith(FLOW_RUN)}
