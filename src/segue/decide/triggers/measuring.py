"""Metrics: a number over the last while, and for how long it has been beyond its bound.

Time is cut into slots, sixty of them the range. A sample counts until its slot lies a whole range back. The number changes only
when a sample comes or a slot goes; so everything that can happen has an instant, and whoever looks late finds what was.
"""

from __future__ import annotations

from msgspec import Struct

from segue.model.automations import Operator, Statistic

SLOTS = 60


class Measure(Struct, frozen=True):
    """What is measured, and what it takes; times in microseconds."""

    statistic: Statistic
    operator: Operator
    threshold: float
    range: int
    firing_for: int

    @property
    def slot(self) -> int:
        """How long a slot is."""
        return max(1, self.range // SLOTS)

    def beyond(self, value: float | None) -> bool:
        """Say whether a number is beyond the bound."""
        if value is None:
            return False
        match self.operator:
            case "<":
                return value < self.threshold
            case "<=":
                return value <= self.threshold
            case ">":
                return value > self.threshold
            case ">=":
                return value >= self.threshold


class Slot(Struct, array_like=True):
    """The samples of one slot, taken together."""

    number: int
    count: int = 0
    sum: float = 0.0
    min: float = 0.0
    max: float = 0.0
    last: float = 0.0
    #: The numbers in the feed of the last few.
    seqs: list[int] = []


class Meter(Struct, array_like=True):
    """What has been measured; `clock`: up to when it is judged."""

    clock: int
    slots: list[Slot] = []
    #: Since when the number has been beyond the bound.
    held: int | None = None
    fired: bool = False
    due: int | None = None

    @property
    def seqs(self) -> list[int]:
        """The numbers of the last few events that were measured."""
        return [seq for slot in self.slots for seq in slot.seqs][-_KEPT:]


class Turn(Struct, frozen=True):
    """That the number has been beyond the bound for long enough, or is not any more."""

    at: int
    value: float | None
    resolved: bool = False


_KEPT = 20


def value_of(measure: Measure, meter: Meter) -> float | None:
    """Return the number; None where there is nothing to make it of."""
    slots = meter.slots
    count = sum(slot.count for slot in slots)
    if measure.statistic == "count":
        return float(count)
    if measure.statistic == "sum":
        return sum(slot.sum for slot in slots)
    if not slots:
        return None
    match measure.statistic:
        case "avg":
            return sum(slot.sum for slot in slots) / count
        case "min":
            return min(slot.min for slot in slots)
        case "max":
            return max(slot.max for slot in slots)
        case "last":
            return slots[-1].last


def started(measure: Measure, at: int) -> Meter:
    """Return a meter that begins at an instant."""
    meter = Meter(clock=at)
    _look(measure, meter, at)
    return meter


def sample(measure: Measure, meter: Meter, at: int, value: float, seq: int) -> list[Turn]:
    """Take a sample, up to whose instant time has passed. One that is older than the range is passed over."""
    number = at // measure.slot
    if number <= meter.clock // measure.slot - SLOTS:
        return []
    place = len(meter.slots)
    while place and meter.slots[place - 1].number > number:
        place -= 1
    if place and meter.slots[place - 1].number == number:
        slot = meter.slots[place - 1]
    else:
        slot = Slot(number, min=value, max=value, seqs=[])
        meter.slots.insert(place, slot)
    slot.count += 1
    slot.sum += value
    slot.min, slot.max, slot.last = min(slot.min, value), max(slot.max, value), value
    slot.seqs = [*slot.seqs, seq][-_KEPT:]
    return _look(measure, meter, max(at, meter.clock))


def pass_time(measure: Measure, meter: Meter, until: int) -> list[Turn]:
    """Let time pass: slots go, and what has held for long enough fires, each at its instant."""
    turns: list[Turn] = []
    while meter.due is not None and meter.due <= until:
        at = meter.due
        meter.slots = [slot for slot in meter.slots if _goes(measure, slot) > at]
        turns += _look(measure, meter, at)
    meter.clock = max(meter.clock, until)
    return turns


def set_back(measure: Measure, meter: Meter, now: int) -> None:
    """Let the clock show an instant that lies behind what was measured: samples of the time to come count as of now."""
    number = now // measure.slot
    ahead = [slot for slot in meter.slots if slot.number >= number]
    meter.slots = [slot for slot in meter.slots if slot.number < number]
    if ahead:
        meter.slots.append(
            Slot(
                number, count=sum(slot.count for slot in ahead), sum=sum(slot.sum for slot in ahead),
                min=min(slot.min for slot in ahead), max=max(slot.max for slot in ahead), last=ahead[-1].last,
                seqs=[seq for slot in ahead for seq in slot.seqs][-_KEPT:],
            )
        )  # fmt: skip
    meter.clock = now
    meter.held = None if meter.held is None else min(meter.held, now)
    meter.due = _due(measure, meter)


def _goes(measure: Measure, slot: Slot) -> int:
    return (slot.number + SLOTS) * measure.slot


def _look(measure: Measure, meter: Meter, at: int) -> list[Turn]:
    """See where the number is at an instant, and when it must be seen to again."""
    meter.clock = max(meter.clock, at)
    value = value_of(measure, meter)
    turns: list[Turn] = []
    if measure.beyond(value):
        if meter.held is None:
            meter.held = at
        if not meter.fired and at >= meter.held + measure.firing_for:
            meter.fired = True
            turns.append(Turn(at, value))
    else:
        if meter.fired:
            turns.append(Turn(at, value, resolved=True))
        meter.held, meter.fired = None, False
    meter.due = _due(measure, meter)
    return turns


def _due(measure: Measure, meter: Meter) -> int | None:
    ahead = [_goes(measure, meter.slots[0])] if meter.slots else []
    if meter.held is not None and not meter.fired:
        ahead.append(meter.held + measure.firing_for)
    return min(ahead) if ahead else None
