"""The evaluator: reads the feed in its order, finds which automations fire, and writes what it found, once, whoever else tries."""

from __future__ import annotations

import logging
from collections.abc import Callable

from segue.backend.holders import lives, this_holder
from segue.backend.protocol import Backend
from segue.decide.naming import FLOW_RUN, TASK_RUN
from segue.decide.triggers.evaluation import Evaluation
from segue.decide.triggers.keeping import key_text, state_text, states_from
from segue.decide.triggers.sampling import QUEUE_AGE
from segue.decide.triggers.setting_back import seen_at
from segue.decide.triggers.telling import MOST, actions_of, firing_of, kept_of
from segue.decide.triggers.watching import Change, Fired, Seen
from segue.host.clock import monotonic
from segue.host.ids import new_id
from segue.store.codec import micros
from segue.wire import evaluator as w
from segue.wire.requests import Nothing

_log = logging.getLogger("segue.backend")

#: Seconds for which the feed is waited for what occurred before an instant was over.
GRACE = 1.0
#: Seconds without anybody evaluating, or by which the clock leapt, after which it may be that what occurred meanwhile is still
#: on its way.
_BREAK, _SETTLING = 15.0, 10.0
#: Seconds by which the clock goes back before that is taken for a change of it.
_BACK = 1.0
#: Seconds between two samples of what is measured.
_SAMPLES = 10.0
#: Rows of the feed of one transaction at most.
_STRETCH = 2_000
#: Rows in which nothing was found, or what was counted not kept, after which that is written all the same.
_UNWRITTEN = 20_000
#: Characters of what has been counted that are written in a second, on the whole, and seconds that it may wait for that, at most.
_PACE, _LONGEST = 4_000_000.0, 2.0


class Evaluator:
    """Evaluates while it is the one who does; used by one thread."""

    def __init__(
        self,
        backend: Backend,
        *,
        lease: float = 5.0,
        grace: float = GRACE,
        pace: float = _PACE,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._backend = backend
        self._me = new_id()
        #: Seconds.
        self._lease = lease
        self._grace = round(grace * 1e6)
        self._pace = pace
        self._monotonic = monotonic
        self._evaluation: Evaluation | None = None
        #: How far the feed has been read, and how far what was found is written: nothing was found between the two.
        self._read = 0
        self._written = 0
        #: What the database's clock showed last, and what the monotonic one did before it was asked; None: not looked at yet.
        self._now = 0
        self._asked: float | None = None
        #: The clock was set back since somebody evaluated.
        self._is_back = False
        #: Until when (by the monotonic clock) it may evaluate, and before when no time passes.
        self._until = 0.0
        self._settled = 0.0
        #: When (by the monotonic clock) what has been counted may be written again.
        self._keeps = 0.0
        self._sampled = -_SAMPLES

    @property
    def evaluates(self) -> bool:
        """Whether it is the one who evaluates."""
        return self._evaluation is not None

    def turn(self, beat: Callable[[], None] = lambda: None) -> float | None:
        """Evaluate what there is; returns the seconds until something is due, None where nothing is.

        After an error it begins anew from what is written: what had been found and could not be written is found again.
        """
        try:
            return self._turn(beat)
        except BaseException:
            self._evaluation = None
            raise

    def _turn(self, beat: Callable[[], None]) -> float | None:
        if not self._hold():
            return None
        self._sample()
        while not self._step():
            if self._evaluation is None:
                return 0.0
            beat()
        evaluation = self._evaluation
        due = None if evaluation is None else evaluation.next_due
        if due is None:
            return None
        return max(0.0, (due + self._grace - self._now) / 1e6, self._settled - self._monotonic())

    def _sample(self) -> None:
        """Tell what nobody tells but who is asked: the age of queues, while an automation watches it."""
        now = self._monotonic()
        if self._evaluation is not None and now >= self._sampled + _SAMPLES and self._evaluation.waits_for(QUEUE_AGE):
            self._sampled = now
            self._backend.call(w.EVALUATOR_SAMPLE, Nothing())

    def leave(self) -> None:
        """Let somebody else evaluate."""
        if self._evaluation is not None:
            self._evaluation = None
            ask = w.TakeEvaluation(holder=self._me, process=this_holder(), seconds=0.0, leave=True)
            self._backend.call(w.EVALUATOR_TAKE, ask)

    def _hold(self) -> bool:
        """Be the one who evaluates, or find that another is, or that there is nothing to do."""
        now = self._monotonic()
        if self._evaluation is not None and now < self._until - self._lease / 2:
            return True
        known = self._backend.call(w.EVALUATOR_LOOK, Nothing())
        if not known.wanted:
            self.leave()
            return False
        gone = known.holder if known.process is not None and lives(known.process) is False else None
        if known.holder not in {None, self._me, gone} and known.seconds > 0:
            self._evaluation = None
            return False
        ask = w.TakeEvaluation(holder=self._me, process=this_holder(), seconds=self._lease, gone=gone)
        taken = self._backend.call(w.EVALUATOR_TAKE, ask)
        if taken.holder != self._me:
            self._evaluation = None
            return False
        self._until = now + self._lease
        if self._evaluation is None or taken.cursor != self._written:
            if taken.gap > _BREAK:
                self._settled = now + _SETTLING
            self._is_back = taken.gap < -_BACK
            self._load()
        return True

    def _load(self) -> None:
        kept = self._backend.call(w.EVALUATOR_LOAD, Nothing())
        buckets: dict[str, list[tuple[str, str]]] = {}
        for each in kept.buckets:
            buckets.setdefault(each.automation_id, []).append((each.key, each.body or ""))
        evaluation = Evaluation()
        for version in kept.versions:
            if version.automation is not None:
                states = states_from(version.automation, buckets.get(version.automation_id, ()))
                evaluation.put(version.automation, states)
        self._evaluation, self._read, self._written = evaluation, kept.cursor, kept.cursor
        self._asked = None

    def _step(self) -> bool:
        """Take a stretch of the feed; returns whether it was the last for now."""
        evaluation = self._evaluation
        if evaluation is None:
            return True
        ask = w.ReadFeed(after=self._read, patterns=evaluation.patterns, stretch=_STRETCH)
        asked = self._monotonic()
        read = self._backend.call(w.EVALUATOR_READ, ask)
        was_back = self._look_at_clock(evaluation, read.now, asked)
        seen = [Seen(event.seq, seen_at(micros(event.occurred), read.now), event) for event in read.events]
        fired = evaluation.feed(seen, now=read.now) if seen else []
        timed = False
        if read.end and self._monotonic() >= self._settled:
            until = read.now - self._grace
            timed = evaluation.is_due(until)
            fired += evaluation.pass_time(until, position=read.reached)
        for version in read.changes:
            at = 0 if version.automation is None else seen_at(micros(version.automation.updated), read.now)
            evaluation.change(Change(version.since, version.automation_id, version.automation, at))
        if was_back or timed or read.changes or not _is_fixed(read):
            self._keeps = 0.0
        self._write(evaluation, read, fired)
        return read.end

    def _look_at_clock(self, evaluation: Evaluation, now: int, asked: float) -> bool:
        """See whether the clock was changed, or its machine slept, since it was last looked at; returns whether it was set back."""
        before, since = self._now, self._asked
        self._now, self._asked = now, asked
        back, leapt = self._is_back, False
        if since is not None:
            gone = (now - before) / 1e6
            back, leapt = gone < -_BACK, gone > self._monotonic() - since + _BREAK
        self._is_back = False
        if back:
            _log.warning("The clock was set back: what automations had counted ahead of it is counted as of now.")
            evaluation.set_back(now)
        if leapt:
            _log.warning("The clock leapt ahead: automations wait %g s for what is still on its way.", _SETTLING)
            self._settled = self._monotonic() + _SETTLING
        return back

    def _write(self, evaluation: Evaluation, read: w.Stretch, fired: list[Fired]) -> None:
        """Write what fired, and what has been counted unless it is much and was written just now."""
        self._read = read.reached
        now = self._monotonic()
        many = read.reached - self._written >= _UNWRITTEN
        keeps = many or now >= self._keeps
        settled = evaluation.settled() if keeps else {}
        if not (settled or fired or read.changes or many or (read.events and not keeps)):
            return
        buckets = [
            w.KeptBucket(automation_id=id, key=key_text(key), body=None if state is None else state_text(state))
            for (id, key), state in settled.items()
        ]
        if keeps:
            self._keeps = now + min(_LONGEST, sum(len(each.body or "") for each in buckets) / self._pace)
        after = read.reached if keeps else self._written
        ask = w.Advance(
            holder=self._me, seconds=self._lease, before=self._written, after=after, reached=read.reached, buckets=buckets,
            firings=[_recorded(each, read.now) for each in fired],
            changed=[version.automation_id for version in read.changes],
        )  # fmt: skip
        if not self._backend.call(w.EVALUATOR_ADVANCE, ask).held:
            _log.info("Automations are evaluated by another process now.")
            self._evaluation = None
            return
        self._written, self._until = after, now + self._lease


def _is_fixed(read: w.Stretch) -> bool:
    """Say whether a stretch is the same whenever it is read again.

    A state of a run is told with what is known of the run by then, and what claims to come from the future is judged by the clock.
    """
    return all(
        micros(each.occurred) <= read.now and not each.event.startswith((FLOW_RUN, TASK_RUN)) for each in read.events
    )


def _recorded(fired: Fired, now: int) -> w.NewFiring:
    return w.NewFiring(
        firing=firing_of(fired, id=new_id(), now=now), cause=fired.cause, actions=actions_of(fired), counted=kept_of(fired),
        parts=[part.counted[-MOST:] for part in fired.hit.parts],
    )  # fmt: skip
