"""Whether a trigger can be followed; what is wrong is said in a sentence that names it."""

from __future__ import annotations

from segue.decide.triggers.matching import all_of
from segue.model.automations import CompoundTrigger, EventTrigger, Match, MetricTrigger, SequenceTrigger, Trigger

#: Triggers within triggers, and triggers by events in all.
_DEEPEST, _MOST = 5, 100
#: Seconds; shorter than that the absence of something is not noticed.
_SHORTEST = 1.0


class Unfollowable(ValueError):
    """A trigger cannot be followed; `place` is that of the one in it which is wrong: `trigger`, `trigger.triggers[1]`."""

    def __init__(self, why: str, place: str) -> None:
        super().__init__(why)
        self.place = place


def check_trigger(trigger: Trigger) -> None:
    """Raise `Unfollowable` for a trigger that cannot be followed."""
    if _check(trigger, "The trigger", "trigger", 1) > _MOST:
        raise Unfollowable(f"The trigger is made of more than {_MOST} triggers by events.", "trigger")


def _check(trigger: Trigger, what: str, place: str, depth: int) -> int:
    if depth > _DEEPEST:
        raise Unfollowable(f"Triggers lie within triggers more than {_DEEPEST} deep.", place)
    try:
        _check_own(trigger, what)
    except ValueError as problem:
        raise Unfollowable(str(problem), place) from problem
    if isinstance(trigger, EventTrigger | MetricTrigger):
        return 1
    return sum(
        _check(each, f"Trigger {number} of {what.lower()}", f"{place}.triggers[{number}]", depth + 1)
        for number, each in enumerate(trigger.triggers)
    )


def _check_own(trigger: Trigger, what: str) -> None:
    match trigger:
        case EventTrigger():
            _check_event(trigger, what)
        case MetricTrigger():
            _check_metric(trigger, what)
        case CompoundTrigger(require=require, triggers=triggers):
            if isinstance(require, int) and require > len(triggers):
                raise ValueError(f"{what} requires {require} of its triggers, and has {len(triggers)}.")
            _check_labels(trigger.for_each, what)
        case SequenceTrigger():
            _check_labels(trigger.for_each, what)


def _check_event(trigger: EventTrigger, what: str) -> None:
    _check_names([*trigger.expect, *trigger.after], what)
    _check_match(trigger.match, what)
    for match in all_of(trigger.match_related):
        _check_match(match, what)
    _check_labels(trigger.for_each, what)
    if trigger.posture == "Proactive" and trigger.within < _SHORTEST:
        raise ValueError(
            f"{what} is Proactive within {trigger.within:g} seconds; say for how long (`within`, at least {_SHORTEST:g} second) "
            "nothing may come."
        )
    if trigger.posture == "Proactive" and trigger.for_each and not trigger.after and not trigger.expect:
        raise ValueError(f"{what} is Proactive; say which events (`expect`) must come.")


def _check_metric(trigger: MetricTrigger, what: str) -> None:
    query = trigger.metric
    _check_match(trigger.match, what)
    for match in all_of(trigger.match_related):
        _check_match(match, what)
    if query.range < _SHORTEST:
        raise ValueError(f"{what} looks back over {query.range:g} seconds; `range` is at least {_SHORTEST:g} second.")
    if query.name != "value":
        if query.events or query.field:
            raise ValueError(
                f"{what} measures {query.name}, whose numbers it finds itself: leave out `events`, `field`."
            )
        return
    if not query.events:
        raise ValueError(f"{what} measures a value; say which events carry it (`events`).")
    _check_names(query.events, what)
    if not query.field and query.statistic != "count":
        raise ValueError(f"{what} measures a value; say where in the payload it is (`field`, such as table.rows).")


def _check_names(names: list[str], what: str) -> None:
    for name in names:
        if not name.removeprefix("!"):
            raise ValueError(f"{what} expects an event without a name.")
        _check_star(name, what)


def _check_match(match: Match, what: str) -> None:
    for label, values in match.items():
        if values == []:
            raise ValueError(f"{what} matches no value of the label {label!r}; give one or several.")
        for value in [values] if isinstance(values, str) else values:
            _check_star(value, what)


def _check_star(pattern: str, what: str) -> None:
    if "*" in pattern[:-1]:
        raise ValueError(f"{what} matches {pattern!r}; a star stands for the rest of a name, so only at its end.")


def _check_labels(labels: list[str], what: str) -> None:
    for label in labels:
        if label.startswith("related:") and len([part for part in label.split(":", 2) if part]) < 3:
            raise ValueError(
                f"{what} counts apart by {label!r}; a label of a related resource is `related:<role>:<label>`."
            )
