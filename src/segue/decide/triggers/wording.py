"""Why something fired, in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from segue.decide.firing import spoken
from segue.decide.triggers.compiling import Branch, Gauge, Leaf
from segue.decide.triggers.watching import Hit
from segue.model.automations import MetricTriggerQuery, SequenceTrigger

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(at: int) -> datetime:
    """Return the instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def why(hit: Hit) -> str:
    """Return the sentence."""
    match hit.node:
        case Leaf():
            return _why_leaf(hit.node, hit)
        case Gauge():
            return _why_gauge(hit.node.trigger.metric, hit)
        case Branch():
            return _why_branch(hit.node, hit)


def _why_leaf(leaf: Leaf, hit: Hit) -> str:
    rule, trigger = leaf.rule, leaf.trigger
    names = _names(trigger.expect)
    within = f" within {_span(trigger.within)}" if trigger.within else ""
    after = f" after {_names(trigger.after)}" if trigger.after else ""
    if hit.resolved:
        return f"What had been missing ({names}) came."
    if rule.proactive:
        came = len(hit.counted) - (1 if rule.after else 0)
        number = "No event" if rule.threshold == 1 else f"{max(0, came)} of {rule.threshold} events"
        return f"{number} ({names}) came{within}{after}; the time was over at {instant(hit.at):%Y-%m-%d %H:%M:%S} UTC."
    if rule.threshold == 1:
        name = names if hit.seen is None else hit.seen.event.event
        return f"{name} came{within if rule.after else ''}{after}."
    return f"{rule.threshold} events ({names}) came{within}{after}."


def _why_gauge(query: MetricTriggerQuery, hit: Hit) -> str:
    what = f"{query.statistic} of {query.field or 'events'}" if query.name == "value" else query.name
    value = "nothing" if hit.value is None else f"{hit.value:.6g}"
    if hit.resolved:
        return f"{what} is {value}, and not {query.operator} {query.threshold:g} any more."
    return (
        f"{what} is {value} over the last {_span(query.range)}, and has been {query.operator} {query.threshold:g} for "
        f"{_span(query.firing_for)}."
    )


def _why_branch(branch: Branch, hit: Hit) -> str:
    within = f" within {_span(branch.within / 1e6)}" if branch.within else ""
    number = len(branch.children)
    if isinstance(branch.trigger, SequenceTrigger):
        return f"All {number} triggers fired in their order{within}."
    return f"{len(hit.parts)} of {number} triggers fired{within}; it takes {branch.need}."


def _span(seconds: float) -> str:
    return spoken(timedelta(seconds=seconds))


def _names(names: list[str]) -> str:
    if not names:
        return "any event"
    return " or ".join(names)
