"""What automations make of the past: what would have fired one, and why one that there is has not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, cast

import msgspec
from msgspec import Struct

from segue.decide.triggers.compiling import Branch, Gauge
from segue.decide.triggers.evaluation import Evaluation
from segue.decide.triggers.explaining import lacking, wait_with, waits
from segue.decide.triggers.keeping import states_from
from segue.decide.triggers.setting_back import seen_at
from segue.decide.triggers.telling import firing_of, kept_of
from segue.decide.triggers.watching import Change, Fired, Seen, Watched
from segue.model.automations import (
    Automation,
    AutomationFiring,
    ChildFiring,
    CompoundTrigger,
    CountedEvent,
    SequenceTrigger,
    Trigger,
)
from segue.model.errors import BadRequest
from segue.service import automations, evaluator, events
from segue.service.causes import brought_about_by
from segue.service.pairing import pair
from segue.store.automation_rows import firing_out
from segue.store.codec import instant, micros
from segue.store.session import Session
from segue.wire import automations as w
from segue.wire.events import EventId, FedEvent
from segue.wire.requests import ById, Nothing

#: Rows of the feed that one answer looks through, at a time and at most.
_STRETCH, _MOST = 2_000, 400_000
#: Rows behind what whoever evaluates has written that are looked at, at most: it writes long before so many.
_AHEAD = 60_000
_DAY = timedelta(days=1)
_SLACK = 1_000_000
#: Firings of an automation that are looked through for an event.
_FIRINGS = 500

Outcome = Literal["fired", "counted", "waiting", "passed", "not-meant", "before", "coming"]


class _Read(Struct, frozen=True):
    seen: list[Seen]
    reached: int


def attempt(session: Session, request: w.TryAutomation) -> w.Rehearsal:
    """Say what would have fired an automation; nothing is done about it. Raises `NotFound`, `BadRequest`."""
    automation = _asked(session, request)
    now = session.now()
    before = min(request.occurred_before or now, now)
    after = request.occurred_after or before - _DAY
    if after >= before:
        raise BadRequest(
            f"The past that is asked for ends ({before}) before it begins ({after}).", field="occurred_after"
        )
    evaluation = Evaluation()
    evaluation.change(Change(0, automation.id, automation, micros(after)))
    fired: list[Fired] = []
    meant = read = 0
    reached, ended, whole = 0, before, True
    begin = max(0, events.seq_at(session, micros(after) - _SLACK) - 1)
    for stretch in _history(session, evaluation.patterns, begin, micros(before)):
        seen = [each for each in stretch.seen if micros(after) <= each.at < micros(before)]
        read += len(seen)
        meant += sum(
            any(lacking(leaf, each.event) is None for leaf in evaluation.watched[automation.id].leaves) for each in seen
        )
        fired += evaluation.feed(seen, now=micros(before))
        reached = stretch.reached
        if reached - begin >= _MOST:
            ended, whole = (instant(seen[-1].at) if seen else before), False
            break
    fired += evaluation.pass_time(micros(ended), position=reached)
    waiting = waits(evaluation.watched[automation.id])
    return w.Rehearsal(
        firings=[_recorded(session, each, number, micros(now)) for number, each in enumerate(fired[: request.limit])],
        fired=len(fired), read=read, meant=meant, waiting=waiting, began=after, ended=ended, whole=whole,
    )  # fmt: skip


def _asked(session: Session, request: w.TryAutomation) -> Automation:
    if (request.id is None) is (request.automation is None):
        raise BadRequest("Say which automation, by its id or as it would be made; one of the two.", field="automation")
    if request.id is not None:
        return msgspec.structs.replace(automations.read(session, ById(request.id)), enabled=True)
    return automations.imagined(session, cast("w.NewAutomation", request.automation))


def _history(session: Session, patterns: list[list[str]], begin: int, before: int) -> Iterator[_Read]:
    """Yield the events behind a place, a stretch at a time, up to about an instant."""
    reached, end = begin, events.seq_at(session, before + _SLACK)
    while True:
        row = session.row("feed_stretch", after=reached, stretch=_STRETCH)
        last, found = cast("tuple[int | None, int]", row)
        if last is None:
            return
        found_events = evaluator.events_between(session, patterns, reached, last)
        reached = last
        yield _Read([_seen(each) for each in found_events], reached)
        if found < _STRETCH or reached > end:
            return


def _seen(event: FedEvent) -> Seen:
    return Seen(event.seq, micros(event.occurred), event)


def _recorded(session: Session, fired: Fired, number: int, now: int) -> AutomationFiring:
    """Return a firing as it would have been recorded; its id is its number."""
    firing = firing_of(fired, id=str(number), now=now)
    counted = evaluator.counted_events(
        session, [*kept_of(fired), *(seq for part in fired.hit.parts for seq in part.counted)]
    )
    children = [
        ChildFiring(
            trigger=part.path,
            occurred=instant(part.at),
            events=[counted[seq] for seq in part.counted if seq in counted],
        )
        for part in fired.hit.parts
    ]
    named = [counted[seq] for seq in kept_of(fired) if seq in counted]
    return msgspec.structs.replace(firing, fired=instant(fired.hit.at), events=named, children=children)


# --- why it has not fired ---------------------------------------------------------------------------------------------


def explain(session: Session, request: w.ExplainAutomation) -> w.Explanation:
    """Say why an automation has not fired; raises `NotFound`."""
    automation = automations.read(session, ById(request.id))
    rows = session.rows("automation_firings_last", automation_id=automation.id, limit=_FIRINGS)
    firings = [firing_out(row[0]) for row in rows]
    evaluation, cursor, firing = _present(session, automation)
    watched = evaluation.watched[automation.id]
    if request.event_id is not None:
        asked = [_fed(session, request.event_id)]
    else:
        asked = _recent(session, evaluation.patterns, request.limit)
    judged = [
        _judge(session, automation, watched, each, firings, -1 if each.seq in firing else cursor) for each in asked
    ]
    return w.Explanation(
        automation=automation,
        sentence=_sentence(automation, firings, judged, one=request.event_id is not None),
        waiting=waits(watched) if automation.enabled else [],
        events=judged,
        last_firing=firings[0] if firings else None,
    )


def _present(session: Session, automation: Automation) -> tuple[Evaluation, int, set[int]]:
    """Return the automation with what it has counted, how far that goes, and the events by which it is about to fire.

    Whoever evaluates writes what was counted now and then, and nothing where nothing was: what came since is counted here.
    """
    look = evaluator.look(session, Nothing())
    rows = session.rows("automation_buckets_of", automation_id=automation.id)
    evaluation = Evaluation()
    live = msgspec.structs.replace(automation, enabled=True)
    since = _since(session, automation)
    states = (
        states_from(live, [(str(key), str(body)) for key, body in rows])
        if since <= look.cursor and automation.enabled
        else {}
    )
    evaluation.put(live, states)
    if not automation.enabled or look.holder is None or look.seconds <= 0:
        return evaluation, look.cursor, set()
    begin = reached = max(look.cursor, since)
    fired: list[Fired] = []
    now = micros(session.now())
    for stretch in _history(session, evaluation.patterns, begin, now):
        fired += evaluation.feed(
            [msgspec.structs.replace(each, at=seen_at(each.at, now)) for each in stretch.seen], now=now
        )
        reached = stretch.reached
        if reached - begin >= _AHEAD:
            break
    return evaluation, reached, {seq for each in fired for seq in kept_of(each)}


def _since(session: Session, automation: Automation) -> int:
    row = session.row("automation_since", id=automation.id)
    return int(row[0] or 0) if row is not None else 0


def _fed(session: Session, id: str) -> FedEvent:
    """Return an event by its id; a state of a run only as long as it is among the last of the feed."""
    ends = session.row("feed_ends")
    last = int(ends[1] or 0) if ends is not None else 0
    row = session.row("event_seq_near", after=max(0, last - _MOST), id=id)
    if row is None or row[0] is None:
        return events.read(session, EventId(id))
    seq = int(row[0])
    return next(iter(evaluator.events_between(session, [[]], seq - 1, seq)), None) or events.read(session, EventId(id))


def _recent(session: Session, patterns: list[list[str]], limit: int) -> list[FedEvent]:
    """Return the last events of the names that it expects, newest first, as far as a bounded look finds any."""
    ends = session.row("feed_ends")
    last = int(ends[1] or 0) if ends is not None else 0
    found: list[FedEvent] = []
    upto = last
    while upto > 0 and len(found) < limit and last - upto < _MOST // 4:
        after = max(0, upto - _STRETCH)
        found += reversed(evaluator.events_between(session, patterns, after, upto))
        upto = after
    return found[:limit]


def _judge(
    session: Session,
    automation: Automation,
    watched: Watched,
    event: FedEvent,
    firings: list[AutomationFiring],
    cursor: int,
) -> w.Judgement:
    subject = evaluator.counted_events(session, [event.seq]).get(event.seq)
    named = subject or CountedEvent(
        id=event.id, seq=event.seq, event=event.event, occurred=event.occurred,
        resource_id=event.resource.get("segue.resource.id", ""),
    )  # fmt: skip

    def judged(outcome: Outcome, sentence: str, firing: AutomationFiring | None = None) -> w.Judgement:
        return w.Judgement(
            event=named, outcome=outcome, sentence=sentence, firing_id=None if firing is None else firing.id
        )

    for firing in firings:
        if firing.event is not None and firing.event.id == event.id:
            return judged("fired", f"It fired: {_told(firing)}", firing)
        if any(
            each.id == event.id
            for each in (*firing.events, *(one for child in firing.children for one in child.events))
        ):
            return judged("counted", f"It counted for a firing: {firing.reason}", firing)
    missing = [lacking(leaf, event) for leaf in watched.leaves]
    if all(missing):
        several = len(missing) > 1
        told = [
            f"{leaf.path}: {why}" if several else str(why) for leaf, why in zip(watched.leaves, missing, strict=True)
        ]
        return judged("not-meant", " ".join(told))
    if event.seq <= _since(session, automation):
        return judged("before", "It came before the automation was made, or changed to what it is now.")
    if not automation.enabled:
        return judged("before", "It is meant, but the automation is disabled.")
    if event.seq > cursor:
        return judged("coming", "It is meant, and has not been looked at yet; a server looks as soon as it can.")
    stopped = _loop(session, event, firings)
    if stopped is not None:
        return judged(
            "passed", "It comes from the loop of automations that was stopped, so nothing more is done.", stopped
        )
    place = wait_with(watched, event.seq)
    if place is not None:
        return judged("waiting", f"It counts. {place.sentence}")
    return judged("passed", _passed(watched, event))


def _told(firing: AutomationFiring) -> str:
    return firing.reason if firing.stopped is None else f"{firing.reason} {firing.stopped}"


def _loop(session: Session, event: FedEvent, firings: list[AutomationFiring]) -> AutomationFiring | None:
    """Return the firing at which the loop was stopped that brought an event about."""
    before = brought_about_by(session, event)
    root = None if before is None else before.root or before.id
    return next((each for each in firings if root is not None and each.stopped and each.root == root), None)


def _passed(watched: Watched, event: FedEvent) -> str:
    """Say of an event that was meant, and neither fired nor waits, what became of it."""
    root = watched.root
    if isinstance(root, Branch):
        return "It is meant by a trigger within the trigger; what else that takes did not come in time."
    if isinstance(root, Gauge):
        return "It was measured; the number was not beyond its bound for long enough."
    if root.rule.proactive:
        return "It came in time, so there was nothing to fire about."
    if root.rule.after and not root.expects.hold(event.event):
        return "It began the time, in which not enough of what is expected came."
    if root.rule.after:
        return f"Nothing had begun it: {' or '.join(root.trigger.after)} had not come before, or too long before."
    return f"It counted, but {root.rule.threshold} events did not come within {root.trigger.within:g} seconds."


def _sentence(automation: Automation, firings: list[AutomationFiring], judged: list[w.Judgement], *, one: bool) -> str:
    if not automation.enabled:
        return "It is disabled, so nothing fires it."
    if one:
        return judged[0].sentence
    last = (
        f"It last fired at {firings[0].fired:%Y-%m-%d %H:%M:%S} UTC: {_told(firings[0])}"
        if firings
        else "It has not fired."
    )
    if judged:
        return last
    return f"{last} No event that it might mean has come lately: {' or '.join(_names(automation.trigger)) or 'any'}."


def _names(trigger: Trigger) -> list[str]:
    match trigger:
        case CompoundTrigger(triggers=triggers) | SequenceTrigger(triggers=triggers):
            return list(dict.fromkeys(name for each in triggers for name in _names(each)))
        case _:
            return [*getattr(trigger, "expect", ()), *getattr(trigger, "after", ())]


HANDLERS = dict((pair(w.AUTOMATION_TRY, attempt), pair(w.AUTOMATION_EXPLAIN, explain)))
