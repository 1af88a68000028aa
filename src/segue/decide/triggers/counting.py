"""Counting events: what fires when enough of them come within a time, and what fires when too few do.

Times are those at which events occurred, in microseconds; the order is that of the feed. So what fires depends on what was told
and in which order, never on who looked at it when:

* Reactive: fires when `threshold` of the events that count lie within `within`, and counts anew then. With `after`, it counts from
  the last event that begins it.
* Proactive: fires when an instant passes up to which fewer than `threshold` events came within `within`; once, until what was
  missing comes, which resolves it. With `after`, an event that begins it asks for the others; while it does, a further one asks
  nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import sub

from msgspec import Struct


class Rule(Struct, frozen=True):
    """What it takes."""

    threshold: int
    #: Microseconds; 0: no matter when.
    within: int
    #: Something must have begun it.
    after: bool
    proactive: bool


class Bucket(Struct, array_like=True):
    """What one place that counts apart has seen."""

    #: Of the events that count, in the order in which they occurred: when they did, and their numbers in the feed.
    ats: list[int] = []
    seqs: list[int] = []
    #: Since when it counts, and the number of the event that began it.
    began: int | None = None
    began_by: int | None = None
    #: When it fires unless something comes.
    due: int | None = None
    #: It has fired, and what was missing has not come.
    fired: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost when it is forgotten."""
        return not self.ats and self.began is None and self.due is None and not self.fired

    @property
    def counted(self) -> list[int]:
        """The numbers of all events that have to do with it, in their order."""
        return sorted({*self.seqs, *([] if self.began_by is None else [self.began_by])})


class Outcome(Struct, frozen=True):
    """That it fired, or that what had been missing has come."""

    at: int
    counted: list[int]
    #: The number of the event that did it; None: nothing came, and time has passed.
    by: int | None = None
    resolved: bool = False


def react(rule: Rule, bucket: Bucket, at: int, seq: int, *, starts: bool, expects: bool) -> Outcome | None:
    """Count an event of a reactive trigger."""
    fired: Outcome | None = None
    if expects:
        if not rule.after:
            _slide(bucket, rule, at, seq)
        elif bucket.began is not None:
            if rule.within and at > bucket.began + rule.within:
                _clear(bucket)
            else:
                _insert(bucket, at, seq)
        if len(bucket.ats) >= rule.threshold:
            fired = Outcome(at, bucket.counted, seq)
            _clear(bucket)
    if starts and rule.after:
        _clear(bucket)
        bucket.began, bucket.began_by = at, seq
    return fired


def react_to_many(
    rule: Rule, bucket: Bucket, ats: Sequence[int], seqs: Sequence[int], *, ordered: bool
) -> list[Outcome]:
    """Count events that a reactive trigger without `after` expects: the same as one by one, and quicker where nothing fires.

    `ordered`: they are in the order in which they occurred.
    """
    if ordered and (not bucket.ats or ats[0] >= bucket.ats[-1]):
        every = [*bucket.ats, *ats]
        if not _fires(rule, every):
            first = bisect_left(every, every[-1] - rule.within) if rule.within else 0
            bucket.seqs = [*bucket.seqs, *seqs][first:]
            bucket.ats = every[first:]
            return []
    outcomes = [react(rule, bucket, at, seq, starts=False, expects=True) for at, seq in zip(ats, seqs, strict=True)]
    return [outcome for outcome in outcomes if outcome is not None]


def _fires(rule: Rule, ats: list[int]) -> bool:
    """Say whether so many lie within the time."""
    if len(ats) < rule.threshold:
        return False
    return not rule.within or min(map(sub, ats[rule.threshold - 1 :], ats)) <= rule.within


def armed(rule: Rule, at: int) -> Bucket:
    """Return the bucket of a proactive trigger that waits from an instant on."""
    return Bucket(began=at, due=at + rule.within)


def stay(rule: Rule, bucket: Bucket, at: int, seq: int, *, starts: bool, expects: bool) -> list[Outcome]:
    """Count an event of a proactive trigger; what was due before it is judged first."""
    outcomes: list[Outcome] = []
    if bucket.due is not None and at > bucket.due:
        outcomes.append(judge(bucket))
    if not rule.after:
        if expects:
            outcomes += _keep_up(rule, bucket, at, seq)
        return outcomes
    if expects and bucket.began is not None:
        _insert(bucket, at, seq)
        if len(bucket.ats) >= rule.threshold:
            if bucket.fired:
                outcomes.append(Outcome(at, bucket.counted, seq, resolved=True))
            _clear(bucket)
    if starts and (bucket.began is None or bucket.fired):
        _clear(bucket)
        bucket.began, bucket.began_by, bucket.due = at, seq, at + rule.within
    return outcomes


def _keep_up(rule: Rule, bucket: Bucket, at: int, seq: int) -> list[Outcome]:
    """Take an event that must come again and again."""
    if bucket.fired or bucket.due is None:
        outcomes = [Outcome(at, [seq], seq, resolved=True)] if bucket.fired else []
        _clear(bucket)
        bucket.ats, bucket.seqs, bucket.began, bucket.due = [at], [seq], at, at + rule.within
        return outcomes
    _insert(bucket, at, seq)
    if len(bucket.ats) > rule.threshold:
        del bucket.ats[0], bucket.seqs[0]
    if len(bucket.ats) == rule.threshold:
        bucket.due = max(bucket.due, bucket.ats[0] + rule.within)
    return []


def keep_up_with_many(rule: Rule, bucket: Bucket, ats: Sequence[int], seqs: Sequence[int]) -> bool:
    """Take events, in the order in which they occurred, that a proactive trigger without `after` expects again and again.

    The same as one by one where nothing fires; otherwise nothing is taken, and the answer is False.
    """
    due = bucket.due
    if due is None or ats[-1] > due or (bucket.ats and ats[0] < bucket.ats[-1]):
        return False
    bucket.ats = [*bucket.ats, *ats[-rule.threshold :]][-rule.threshold :]
    bucket.seqs = [*bucket.seqs, *seqs[-rule.threshold :]][-rule.threshold :]
    if len(bucket.ats) == rule.threshold:
        bucket.due = max(due, bucket.ats[0] + rule.within)
    return True


def judge(bucket: Bucket) -> Outcome:
    """Let the instant pass at which something was due."""
    outcome = Outcome(bucket.due or 0, bucket.counted)
    bucket.due, bucket.fired = None, True
    return outcome


def _slide(bucket: Bucket, rule: Rule, at: int, seq: int) -> None:
    """Take an event and let go what is too long before the latest."""
    if rule.within and bucket.ats and at < bucket.ats[-1] - rule.within:
        return
    _insert(bucket, at, seq)
    if rule.within:
        gone = bisect_left(bucket.ats, bucket.ats[-1] - rule.within)
        if gone:
            del bucket.ats[:gone], bucket.seqs[:gone]


def _insert(bucket: Bucket, at: int, seq: int) -> None:
    if not bucket.ats or at >= bucket.ats[-1]:
        bucket.ats.append(at)
        bucket.seqs.append(seq)
        return
    place = bisect_right(bucket.ats, at)
    bucket.ats.insert(place, at)
    bucket.seqs.insert(place, seq)


def _clear(bucket: Bucket) -> None:
    bucket.ats, bucket.seqs = [], []
    bucket.began = bucket.began_by = bucket.due = None
    bucket.fired = False
