"""Why something did not fire: what an event lacks, and what is still waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from segue.decide.firing import spoken
from segue.decide.triggers.compiling import Branch, Gauge, Leaf, Node, leaves_of
from segue.decide.triggers.composing import Marks
from segue.decide.triggers.counting import Bucket
from segue.decide.triggers.matching import all_of, is_own, labels_fit, misfit
from segue.decide.triggers.measuring import Meter, value_of
from segue.decide.triggers.watching import Key, State, Watched
from segue.decide.triggers.wording import instant
from segue.model.automations import Match, WaitedFor
from segue.model.events import Event


def lacking(leaf: Leaf | Gauge, event: Event) -> str | None:
    """Return why a trigger does not mean an event; None where it does."""
    name = event.event
    if isinstance(leaf, Leaf):
        if not leaf.condition.names.hold(name):
            if is_own(name):
                return f"{name} tells of an automation itself; only a trigger that names such events means them."
            wanted = " or ".join([*leaf.trigger.expect, *leaf.trigger.after])
            return f"Its name is {name}; wanted is {wanted}."
    elif not leaf.condition.names.hold(name):
        return f"Its name is {name}; the metric is made of {' or '.join(leaf.condition.names.patterns)}."
    label = misfit(event.resource, leaf.trigger.match)
    if label is not None:
        return f"Its resource's {_differs(label, event.resource, leaf.trigger.match)}"
    for match in all_of(leaf.trigger.match_related):
        if not any(labels_fit(labels, match) for labels in event.related):
            return _unrelated(event, match)
    if isinstance(leaf, Gauge) and leaf.sample(event) is None:
        return "It carries no number that the metric is made of."
    return None


def _differs(label: str, labels: Mapping[str, str], match: Match) -> str:
    values = match[label]
    wanted = values if isinstance(values, str) else " or ".join(values)
    return (
        f"{label} is {labels[label]}; wanted is {wanted}."
        if label in labels
        else f"{label} is not there; wanted is {wanted}."
    )


def _unrelated(event: Event, match: Match) -> str:
    wanted = ", ".join(
        f"{label} {values if isinstance(values, str) else ' or '.join(values)}" for label, values in match.items()
    )
    if not event.related:
        return f"Nothing is related to it; wanted is something with {wanted}."
    if len(event.related) == 1:
        return f"The resource related to it does not have {wanted}."
    return f"None of the {len(event.related)} resources related to it has {wanted}."


def waits(watched: Watched) -> list[WaitedFor]:
    """Return what an automation waits for, in all places where something has been counted."""
    nodes = {node.path: node for node in _nodes(watched.root)}
    found = [_wait(nodes[key[0]], key, state) for key, state in watched.states.items()]
    counted = {key[0] for key in watched.states}
    found += [WaitedFor(leaf.path, {}, _idle(leaf)) for leaf in leaves_of(watched.root) if leaf.path not in counted]
    return sorted(found, key=lambda wait: wait.trigger)


def wait_with(watched: Watched, seq: int) -> WaitedFor | None:
    """Return what an automation waits for in the place where an event (by its number) counts now; None where it does nowhere."""
    nodes = {node.path: node for node in _nodes(watched.root)}
    for key, state in watched.states.items():
        if _holds(state, seq):
            return _wait(nodes[key[0]], key, state)
    return None


def _holds(state: State, seq: int) -> bool:
    match state:
        case Bucket():
            return seq in state.seqs or seq == state.began_by
        case Meter():
            return any(seq in slot.seqs for slot in state.slots)
        case Marks():
            return any(seq in mark.counted for chain in state.chains.values() for mark in chain)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Branch):
        for child in node.children:
            yield from _nodes(child)


def _ordinal(place: int) -> str:
    """Return a place as people count: the first, at 0, is the 1st."""
    number = place + 1
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _idle(leaf: Leaf | Gauge) -> str:
    if isinstance(leaf, Gauge):
        return "Nothing has been measured."
    if leaf.trigger.after:
        return f"Nothing has begun it: {' or '.join(leaf.trigger.after)} has not come since it last ended."
    if leaf.rule.threshold == 1 and not leaf.rule.proactive:
        return "It fires at every event that it means."
    return "Nothing has been counted."


def _wait(node: Node, key: Key, state: State) -> WaitedFor:
    if isinstance(state, Bucket) and isinstance(node, Leaf):
        return _wait_leaf(node, key, state)
    if isinstance(state, Meter) and isinstance(node, Gauge):
        return _wait_gauge(node, state)
    if isinstance(state, Marks) and isinstance(node, Branch):
        fired = sorted({mark.child for chain in state.chains.values() for mark in chain})
        labels = dict(zip(node.trigger.for_each, key[1], strict=True))
        told = f"the {', '.join(map(_ordinal, fired))} {'has' if len(fired) == 1 else 'have'}" if fired else "none has"
        return WaitedFor(node.path, labels, f"Of its {len(node.children)} triggers {told} fired; it takes {node.need}.")
    raise TypeError(f"{type(state).__name__} is no state of a {type(node).__name__}.")


def _wait_leaf(leaf: Leaf, key: Key, bucket: Bucket) -> WaitedFor:
    labels = dict(zip(leaf.trigger.for_each, key[1], strict=True))
    rule, came = leaf.rule, len(bucket.ats)
    if not rule.proactive:
        begins = bucket.began if rule.after else bucket.ats[0] if bucket.ats else None
        until = instant(begins + rule.within) if begins is not None and rule.within else None
        within = f" within {spoken(timedelta(seconds=leaf.trigger.within))}" if rule.within else ""
        return WaitedFor(leaf.path, labels, f"{came} of {rule.threshold} events have come{within}.", until)
    if bucket.fired:
        return WaitedFor(leaf.path, labels, "It has fired, and waits for what was missing before it may again.")
    due = bucket.due or 0
    return WaitedFor(
        leaf.path, labels, f"{came} of {rule.threshold} events have come; it fires when the rest does not come in time.",
        instant(due),
    )  # fmt: skip


def _wait_gauge(gauge: Gauge, meter: Meter) -> WaitedFor:
    value = value_of(gauge.measure, meter)
    query = gauge.trigger.metric
    number = "There is no number" if value is None else f"The number is {value:.6g}"
    bound = f"{query.operator} {query.threshold:g}"
    if meter.fired:
        return WaitedFor(gauge.path, {}, f"{number}. It has fired, and waits until that is not {bound} any more.")
    if meter.held is None:
        return WaitedFor(gauge.path, {}, f"{number}, and not {bound}.")
    begun = instant(meter.held)
    return WaitedFor(
        gauge.path, {}, f"{number}, and has been {bound} since {begun:%Y-%m-%d %H:%M:%S} UTC.",
        instant(meter.held + gauge.measure.firing_for),
    )  # fmt: skip
