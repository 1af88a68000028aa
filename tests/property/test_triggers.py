"""What fires is what a slow and obvious program says: however the feed is cut, whoever looks when and begins again where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.decide.triggers.checking import check_trigger
from segue.decide.triggers.evaluation import Evaluation
from segue.decide.triggers.keeping import key_text, state_text, states_from
from segue.decide.triggers.watching import Change, Fired, Seen
from segue.model.automations import (
    Automation,
    CompoundTrigger,
    EventTrigger,
    Match,
    MetricTrigger,
    MetricTriggerQuery,
    Posture,
    SequenceTrigger,
    Trigger,
)
from segue.model.events import Event
from tests.property.trigger_oracle import Oracle, Told

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
EPOCH = round(BEGIN.timestamp()) * SECOND
#: What is told is told within so long of its occurring, and instants are judged by the clock only that much later.
GRACE = SECOND

NAMES = ["a.one", "a.two", "b.one", "c"]
PATTERNS = st.lists(st.sampled_from([*NAMES, "a.*", "!c"]), max_size=2, unique=True)
ROOMS = ["north", "south"]
MATCHES: st.SearchStrategy[Match] = st.sampled_from(
    [{}, {"room": "north"}, {"room": ["north", "south"]}, {"room": "!north"}, {"segue.resource.id": "r*"}]
)
RELATED: st.SearchStrategy[Match | list[Match]] = st.sampled_from(
    [{}, {"segue.resource.role": "flow"}, [{"id": "f1"}, {"segue.resource.role": "flow"}]]
)
POSTURES: st.SearchStrategy[Posture] = st.sampled_from(["Reactive", "Reactive", "Proactive"])
KEYS = st.sampled_from([[], ["segue.resource.id"], ["related:flow:id"], ["room", "segue.resource.id"]])


@st.composite
def by_events(draw: st.DrawFn) -> EventTrigger:
    posture = draw(POSTURES)
    proactive = posture == "Proactive"
    within = draw(st.sampled_from([2.0, 5.0, 9.0] if proactive else [0.0, 0.0, 2.0, 5.0]))
    trigger = EventTrigger(
        match=draw(MATCHES), match_related=draw(RELATED), after=draw(PATTERNS), expect=draw(PATTERNS), for_each=draw(KEYS),
        posture=posture, threshold=draw(st.integers(1, 3)), within=within,
    )  # fmt: skip
    if proactive and trigger.for_each and not trigger.after and not trigger.expect:
        return msgspec.structs.replace(trigger, expect=["a.*"])
    return trigger


@st.composite
def by_metric(draw: st.DrawFn) -> MetricTrigger:
    query = MetricTriggerQuery(
        name="value", events=["a.*"], field="n", statistic=draw(st.sampled_from(["avg", "min", "max", "sum", "count", "last"])),
        operator=draw(st.sampled_from(["<", "<=", ">", ">="])), threshold=float(draw(st.integers(0, 4))),
        range=float(draw(st.sampled_from([3, 6]))), firing_for=float(draw(st.sampled_from([0, 2, 5]))),
    )  # fmt: skip
    return MetricTrigger(metric=query, match=draw(MATCHES))


def of_triggers(children: st.SearchStrategy[Trigger]) -> st.SearchStrategy[Trigger]:
    some = st.lists(children, min_size=1, max_size=3)
    within = st.sampled_from([None, 0.0, 3.0, 8.0])
    for_each = st.sampled_from([[], [], ["segue.resource.id"], ["room"]])
    compound = st.builds(
        lambda triggers, within, require, for_each: CompoundTrigger(
            triggers=triggers, within=within, require=min(require, len(triggers)) if isinstance(require, int) else require,
            for_each=for_each,
        ),
        some, within, st.sampled_from(["any", "all", 2]), for_each,
    )  # fmt: skip
    sequence = st.builds(
        lambda triggers, within, for_each: SequenceTrigger(triggers=triggers, within=within, for_each=for_each),
        some, within, for_each,
    )  # fmt: skip
    return compound | sequence


TRIGGERS: st.SearchStrategy[Trigger] = st.recursive(by_events() | by_events() | by_metric(), of_triggers, max_leaves=4)


@st.composite
def feeds(draw: st.DrawFn) -> list[Seen]:
    """Events that are told one after the other, each a little after it occurred, so some out of order."""
    at, seq, seen = 0, 0, []
    for _ in range(draw(st.integers(0, 40))):
        at += draw(st.sampled_from([0, 100_000, SECOND, SECOND, 2 * SECOND, 7 * SECOND]))
        seq += draw(st.integers(1, 3))
        occurred = at - draw(st.sampled_from([0, 0, 0, 300_000, 900_000]))
        resource = {"segue.resource.id": draw(st.sampled_from(["r1", "r2", "s"])), "room": draw(st.sampled_from(ROOMS))}
        related = draw(st.sampled_from([[], [{"segue.resource.role": "flow", "segue.resource.id": "x", "id": "f1"}]]))
        event = Event(
            id=str(seq), event=draw(st.sampled_from(NAMES)), occurred=BEGIN + timedelta(microseconds=occurred), resource=resource,
            related=related, payload={"n": draw(st.integers(0, 5))},
        )  # fmt: skip
        seen.append(Seen(seq, EPOCH + occurred, event))
    return seen


def automation(trigger: Trigger, number: int) -> Automation:
    check_trigger(trigger)
    return Automation(id=f"automation-{number}", name=f"n{number}", created=BEGIN, updated=BEGIN, trigger=trigger)


Firing = tuple[str, bool, int, int | None, frozenset[int] | None]


def of_fired(fired: Fired) -> Firing:
    hit = fired.hit
    measured = hit.value is not None or _measures(fired.automation.trigger)
    by = None if hit.seen is None else hit.seen.seq
    return (fired.automation.id, hit.resolved, hit.at, by, None if measured else frozenset(hit.counted))


def _measures(trigger: Trigger) -> bool:
    match trigger:
        case MetricTrigger():
            return True
        case CompoundTrigger(triggers=triggers) | SequenceTrigger(triggers=triggers):
            return any(_measures(each) for each in triggers)
        case _:
            return False


def expected(automations: list[Automation], seen: list[Seen], until: int) -> list[Firing]:
    firings: list[Firing] = []
    for each in automations:
        oracle = Oracle(each, EPOCH)
        for one in seen:
            oracle.take(Told(one.seq, one.at, one.event))
        oracle.pass_time(until)
        measured = _measures(each.trigger)
        firings += [
            (each.id, one.resolved, one.at, None if one.by is None else one.by.seq, None if measured else one.counted)
            for one in oracle.found
        ]
    return sorted(firings, key=str)


def begun(automations: list[Automation]) -> Evaluation:
    evaluation = Evaluation()
    for each in automations:
        evaluation.change(Change(0, each.id, each, EPOCH))
    return evaluation


class Kept:
    """What would be in the database: states as texts."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}

    def keep(self, evaluation: Evaluation) -> None:
        for (id, key), state in evaluation.settled().items():
            if state is None:
                self.rows.pop((id, key_text(key)), None)
            else:
                self.rows[id, key_text(key)] = state_text(state)

    def again(self, automations: list[Automation]) -> Evaluation:
        evaluation = Evaluation()
        for each in automations:
            rows = [(key, body) for (id, key), body in self.rows.items() if id == each.id]
            evaluation.put(each, states_from(each, rows))
        return evaluation


@settings(max_examples=150, deadline=None)
@given(st.data(), st.lists(TRIGGERS, min_size=1, max_size=3), feeds())
def test_what_fires_is_what_an_obvious_program_says(
    data: st.DataObject, triggers: list[Trigger], seen: list[Seen]
) -> None:
    automations = [automation(trigger, number) for number, trigger in enumerate(triggers)]
    end = (seen[-1].at if seen else EPOCH) + 30 * SECOND
    evaluation, kept = begun(automations), Kept()
    kept.keep(evaluation)
    fired: dict[tuple[str, str], Fired] = {}

    def note(found: list[Fired], *, known: bool) -> None:
        for each in found:
            before = fired.setdefault((each.automation.id, each.cause), each)
            assert before is each or (known and of_fired(before) == of_fired(each))

    # What has been counted need not be kept at once where time judged nothing; it is counted again from where it was.
    place = kept_at = furthest = kills = 0
    while place < len(seen):
        timed = False
        # The clock may be looked at whenever everything has been read, but nothing obliges anybody to.
        if place and data.draw(st.booleans()):
            earliest = min(each.at for each in seen[place:])
            clock = min(seen[place - 1].at + data.draw(st.integers(0, 9)) * SECOND, earliest + 900_000)
            timed = evaluation.is_due(clock - GRACE)
            note(evaluation.pass_time(clock - GRACE, position=seen[place - 1].seq), known=place <= furthest)
        size = data.draw(st.sampled_from([1, 1, 2, 5, 40]))
        note(evaluation.feed(seen[place : place + size], now=end), known=place < furthest)
        place += size
        if timed or data.draw(st.booleans()):
            kept.keep(evaluation)
            kept_at = place
        furthest = max(furthest, place)
        if kills < 10 and data.draw(st.booleans()):
            evaluation, place, kills = kept.again(automations), kept_at, kills + 1
    note(evaluation.pass_time(end, position=10_000), known=False)
    assert sorted(map(of_fired, fired.values()), key=str) == expected(automations, seen, end)
