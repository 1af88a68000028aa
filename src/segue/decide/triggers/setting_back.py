"""A clock that is set back: what was noted at instants that are now still to come is noted as of now.

Otherwise what came while the clock was ahead would count as the latest until the clock has been there again: an absence would
not be noticed, a metric would not move.
"""

from __future__ import annotations

from segue.decide.triggers import measuring
from segue.decide.triggers.compiling import Branch, Gauge, Leaf, Node
from segue.decide.triggers.composing import Mark, Marks
from segue.decide.triggers.counting import Bucket
from segue.decide.triggers.measuring import Meter
from segue.decide.triggers.watching import State

#: Microseconds by which an event may seem to be ahead of the clock: clocks of machines differ a little.
TOLERANCE = 60_000_000


def seen_at(occurred: int, now: int) -> int:
    """Return when an event counts as having occurred: when it says so, unless that is far ahead of the clock, which is now."""
    return occurred if occurred <= now + TOLERANCE else now


def set_back(node: Node, state: State, now: int) -> bool:
    """Note what is to come as of now (microseconds); returns whether there was any such thing."""
    match node, state:
        case Leaf(), Bucket():
            return _bucket(node, state, now)
        case Gauge(), Meter():
            return _meter(node, state, now)
        case Branch(), Marks():
            return _marks(state, now)
        case _:
            raise TypeError(f"{type(node).__name__} keeps no {type(state).__name__}.")


def _bucket(leaf: Leaf, bucket: Bucket, now: int) -> bool:
    latest = now + leaf.rule.within
    ahead = max([*bucket.ats[-1:], bucket.began or 0]) > now or (bucket.due or 0) > latest
    if ahead:
        bucket.ats = [min(at, now) for at in bucket.ats]
        bucket.began = None if bucket.began is None else min(bucket.began, now)
        bucket.due = None if bucket.due is None else min(bucket.due, latest)
    return ahead


def _meter(gauge: Gauge, meter: Meter, now: int) -> bool:
    ahead = meter.clock > now
    if ahead:
        measuring.set_back(gauge.measure, meter, now)
    return ahead


def _marks(marks: Marks, now: int) -> bool:
    ahead = any(mark.at > now for chain in marks.chains.values() for mark in chain)
    if ahead:
        marks.chains = {
            length: [Mark(mark.child, min(mark.at, now), mark.counted) for mark in chain]
            for length, chain in marks.chains.items()
        }
    return ahead
