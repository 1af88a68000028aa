"""One automation over some events and some time."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import cast

import msgspec

from segue.decide.triggers import composing, counting, measuring
from segue.decide.triggers.compiling import Branch, Gauge, Leaf, Node
from segue.decide.triggers.matching import label_of
from segue.decide.triggers.watching import Batch, Fired, Group, Hit, Key, Part, Seen, Watched
from segue.model.automations import SequenceTrigger

#: The events that concern an automation: by leaf, their places in the batch.
Steps = list[tuple[Leaf | Gauge, Sequence[int]]]


def run(watched: Watched, batch: Batch, steps: Steps) -> list[Fired]:
    """Take the events that concern an automation.

    Among triggers within a trigger the order matters: what was due before an event is judged before it, wherever it is.
    """
    (leaf, places), *others = steps
    if not others and leaf is watched.root and isinstance(leaf, Leaf) and not leaf.rule.after:
        if not leaf.rule.proactive:
            return _count_many(watched, leaf, batch, places)
        places = _keep_up_with_many(watched, leaf, batch, places)
        steps = [(leaf, places)]
    fired: list[Fired] = []
    merged = heapq.merge(*([(place, leaf) for place in places] for leaf, places in steps), key=itemgetter(0))
    for place, group in groupby(merged, key=itemgetter(0)):
        seen = batch.seen[place]
        if isinstance(watched.root, Branch):
            fired += judge(watched, min(seen.at, batch.now) - 1, position=seen.seq - 1)
        mine = {leaf: hits for _, leaf in group if (hits := _take(watched, leaf, seen))}
        if mine:
            # Numbered are those by the event alone: what was due before it may have been judged already.
            ordinal = 0
            for hit in _raised(watched, watched.root, mine):
                fired.append(_fired(watched, hit, seen.seq, ordinal))
                ordinal += hit.seen is not None
    return fired


def judge(watched: Watched, until: int, *, position: int) -> list[Fired]:
    """Let what was due up to an instant (microseconds) have been missed."""
    fired: list[Fired] = []
    while (earliest := watched.earliest()) is not None and earliest[0] <= until:
        due, key = earliest
        state = watched.states[key]
        leaf = next(leaf for leaf in watched.leaves if leaf.path == key[0])
        if isinstance(leaf, Gauge):
            meter = cast("measuring.Meter", state)
            hits = [_turned(leaf, turn, meter, None) for turn in measuring.pass_time(leaf.measure, meter, due)]
        else:
            outcome = counting.judge(cast("counting.Bucket", state))
            hits = [Hit(leaf, outcome.at, outcome.counted, None, _labels(leaf, key), origin=key)]
        watched.keep(key, state)
        raised = _raised(watched, watched.root, {leaf: hits})
        fired += [_fired(watched, hit, position, ordinal) for ordinal, hit in enumerate(raised)]
    return fired


def _count_many(watched: Watched, leaf: Leaf, batch: Batch, places: Sequence[int]) -> list[Fired]:
    """The same for the plainest and most frequent trigger, many events at a time."""
    fired: list[Fired] = []
    for group in batch.groups(leaf, places):
        if leaf.rule.threshold == 1:
            outcomes = [counting.Outcome(at, [seq], seq) for at, seq in zip(group.ats, group.seqs, strict=True)]
        else:
            key = (leaf.path, group.key)
            bucket = cast("counting.Bucket | None", watched.states.get(key)) or counting.Bucket()
            outcomes = counting.react_to_many(leaf.rule, bucket, group.ats, group.seqs, ordered=group.ordered)
            watched.keep(key, bucket)
        if outcomes:
            fired += _found(watched, leaf, batch, group, outcomes)
    return sorted(fired, key=lambda each: each.position)


def _keep_up_with_many(watched: Watched, leaf: Leaf, batch: Batch, places: Sequence[int]) -> list[int]:
    """Take what comes in time again and again, many events at a time; returns the places of those that must be looked at singly."""
    left: list[int] = []
    for group in batch.groups(leaf, places):
        key = (leaf.path, group.key)
        bucket = cast("counting.Bucket | None", watched.states.get(key))
        if (
            bucket is not None
            and group.ordered
            and counting.keep_up_with_many(leaf.rule, bucket, group.ats, group.seqs)
        ):
            watched.keep(key, bucket)
        else:
            left += group.places
    return sorted(left)


def _found(watched: Watched, leaf: Leaf, batch: Batch, group: Group, outcomes: list[counting.Outcome]) -> list[Fired]:
    places = dict(zip(group.seqs, group.places, strict=True))
    labels = dict(zip(leaf.trigger.for_each, group.key, strict=True))
    fired = []
    for outcome in outcomes:
        seq = cast("int", outcome.by)
        hit = Hit(leaf, outcome.at, outcome.counted, batch.seen[places[seq]], labels)
        fired.append(_fired(watched, hit, seq, 0))
    return fired


def _fired(watched: Watched, hit: Hit, position: int, ordinal: int) -> Fired:
    if hit.seen is not None:
        return Fired(watched.automation, hit, f"{position}:{ordinal}", position)
    # An instant has passed, which an event may show, or the clock.
    place = [hit.origin, hit.parts[-1].path if hit.parts else None, hit.resolved]
    return Fired(watched.automation, hit, f"@{hit.at}:{msgspec.json.encode(place).decode()}", position)


def _take(watched: Watched, leaf: Leaf | Gauge, seen: Seen) -> list[Hit]:
    """Let a leaf have an event."""
    if isinstance(leaf, Gauge):
        return _measure(watched, leaf, seen)
    name = seen.event.event
    starts, expects = leaf.rule.after and leaf.starts.hold(name), leaf.expects.hold(name)
    values = leaf.key(seen.event)
    key = (leaf.path, values)
    state = watched.states.get(key)
    if state is None and not (expects if not leaf.rule.after else starts):
        return []
    bucket = cast("counting.Bucket | None", state) or counting.Bucket()
    if leaf.rule.proactive:
        outcomes = counting.stay(leaf.rule, bucket, seen.at, seen.seq, starts=starts, expects=expects)
    else:
        outcome = counting.react(leaf.rule, bucket, seen.at, seen.seq, starts=starts, expects=expects)
        outcomes = [] if outcome is None else [outcome]
    watched.keep(key, bucket)
    labels = dict(zip(leaf.trigger.for_each, values, strict=True))
    return [
        Hit(
            leaf, each.at, each.counted, None if each.by is None else seen, labels, each.resolved,
            origin=key if each.by is None else None,
        )
        for each in outcomes
    ]  # fmt: skip


def _measure(watched: Watched, leaf: Gauge, seen: Seen) -> list[Hit]:
    value = leaf.sample(seen.event)
    if value is None:
        return []
    key: Key = (leaf.path, ())
    meter = cast("measuring.Meter | None", watched.states.get(key)) or measuring.started(leaf.measure, seen.at)
    hits = [_turned(leaf, turn, meter, None) for turn in measuring.pass_time(leaf.measure, meter, seen.at)]
    hits += [
        _turned(leaf, turn, meter, seen) for turn in measuring.sample(leaf.measure, meter, seen.at, value, seen.seq)
    ]
    watched.keep(key, meter)
    return hits


def _turned(leaf: Gauge, turn: measuring.Turn, meter: measuring.Meter, seen: Seen | None) -> Hit:
    origin = (leaf.path, ()) if seen is None else None
    return Hit(leaf, turn.at, meter.seqs, seen, resolved=turn.resolved, value=turn.value, origin=origin)


def _raised(watched: Watched, node: Node, mine: dict[Leaf | Gauge, list[Hit]]) -> list[Hit]:
    """Return what a node makes of what its leaves have found."""
    if not isinstance(node, Branch):
        return mine.get(node, [])
    in_order = isinstance(node.trigger, SequenceTrigger)
    raised: list[Hit] = []
    for child in reversed(node.children) if in_order else node.children:
        for hit in _raised(watched, child, mine):
            if hit.resolved:
                continue
            labels = {label: _label(hit, label) for label in node.trigger.for_each}
            key = (node.path, tuple(labels.values()))
            state = cast("composing.Marks | None", watched.states.get(key)) or composing.Marks(chains={})
            mark = composing.Mark(child.place, hit.at, hit.counted)
            if in_order:
                found = composing.follow(state, mark, steps=node.need, within=node.within)
            else:
                found = composing.gather(state, mark, need=node.need, within=node.within)
            watched.keep(key, state)
            if found is not None:
                raised.append(_whole(node, hit, found, labels))
    return raised


def _whole(node: Branch, last: Hit, marks: list[composing.Mark], labels: dict[str, str]) -> Hit:
    parts = [Part(node.children[mark.child].path, mark.at, mark.counted) for mark in marks]
    counted = sorted({seq for mark in marks for seq in mark.counted})
    return Hit(node, max(mark.at for mark in marks), counted, last.seen, labels, parts=parts, origin=last.origin)


def _label(hit: Hit, label: str) -> str:
    if label in hit.labels:
        return hit.labels[label]
    return "" if hit.seen is None else label_of(hit.seen.event, label)


def _labels(leaf: Leaf, key: Key) -> dict[str, str]:
    return dict(zip(leaf.trigger.for_each, key[1], strict=True))
