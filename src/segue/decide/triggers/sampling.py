"""What metrics are made of: the numbers that events carry."""

from __future__ import annotations

import math
from collections.abc import Callable

from segue.decide.naming import FLOW_RUN, STATE_TYPE
from segue.model.automations import MetricTriggerQuery
from segue.model.events import Event

#: Told while somebody watches the age of queues: `age` is how long (seconds) the oldest run in it has been due.
QUEUE_AGE = "segue.work-queue.age"
_ENDED = {"COMPLETED": 1.0, "FAILED": 0.0, "CRASHED": 0.0}


def names_of(query: MetricTriggerQuery) -> list[str]:
    """Return the names of the events that a metric is made of."""
    match query.name:
        case "successes" | "duration" | "lateness":
            return [f"{FLOW_RUN}*"]
        case "queue-age":
            return [QUEUE_AGE]
        case "value":
            return query.events


def sampler(query: MetricTriggerQuery) -> Callable[[Event], float | None]:
    """Return the function that gives the number of an event; None for one that has none."""
    match query.name:
        case "successes":
            return lambda event: _ENDED.get(event.resource.get(STATE_TYPE, ""))
        case "duration":
            return lambda event: _number(event, ["duration"]) if event.resource.get(STATE_TYPE) in _ENDED else None
        case "lateness":
            return lambda event: _number(event, ["lateness"])
        case "queue-age":
            return lambda event: _number(event, ["age"])
        case "value":
            place = (query.field or "").split(".")
            if query.statistic == "count" and not query.field:
                return lambda _: 1.0
            return lambda event: _number(event, place)


def _number(event: Event, place: list[str]) -> float | None:
    found: object = event.payload
    for name in place:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)
