"""The database in numbers, each found by an index or by a look at what is new: a scrape costs the same after years.

How often runs entered each state is counted from the rows of the feed, which hold all of it, whoever wrote: programs by themselves
and any of several servers. A tally that is kept saves the next one the way there; whether it is kept in time changes no number.
"""

from __future__ import annotations

import msgspec

from segue.service.pairing import pair
from segue.store.codec import json_text, micros
from segue.store.session import Session
from segue.wire import figures as w
from segue.wire.requests import Nothing

_KEY = "tally"
#: Rows of the feed that one look counts at most; the rest is left to the next.
_WINDOW = 500_000


def read(session: Session, request: Nothing) -> w.Figures:
    """Return the database in numbers."""
    now = micros(session.now())
    overdue, first = _pair(session, "figures_due", now)
    waiting, oldest = _pair(session, "figures_waiting", now)
    ends = session.row("feed_ends")
    newest = int(ends[1] or 0) if ends else 0
    kept = _kept(session, "meta_read")
    return w.Figures(
        flow_runs=_by_state(session, "figures_flow_runs"),
        task_runs=_by_state(session, "figures_task_runs"),
        overdue=overdue,
        overdue_by=_seconds(first, now),
        waiting_tasks=waiting,
        waiting_for=_seconds(oldest, now),
        open_leases=len(session.rows("leases_open")),
        newest=newest,
        # What was before the first time is nobody's to count.
        tally=w.Tally(until=newest) if kept is None else _counted(session, kept, newest),
        kept=None if kept is None else kept.until,
    )


def keep(session: Session, request: w.KeepTally) -> Nothing:
    """Keep a tally unless another was kept meanwhile."""
    known = _kept(session, "meta_lock")
    if (None if known is None else known.until) == request.kept:
        session.run("meta_put", key=_KEY, value=json_text(request.tally))
    return Nothing()


def _kept(session: Session, statement: str) -> w.Tally | None:
    row = session.row(statement, key=_KEY)
    return None if row is None else msgspec.json.decode(str(row[0]), type=w.Tally)


def _counted(session: Session, kept: w.Tally, newest: int) -> w.Tally:
    # A database that was brought back may be younger than what is kept.
    until = min(newest, kept.until + _WINDOW)
    if until <= kept.until:
        return kept
    runs: tuple[dict[str, int], dict[str, int]] = (dict(kept.flow_runs), dict(kept.task_runs))
    events = kept.events
    for subject, kind, many in session.rows("figures_tally", after=kept.until, until=until):
        if subject in {0, 1}:
            counts = runs[int(subject or 0)]
            counts[str(kind)] = counts.get(str(kind), 0) + int(many or 0)
        else:
            events += int(many or 0)
    return w.Tally(until=until, flow_runs=runs[0], task_runs=runs[1], events=events)


def _by_state(session: Session, statement: str) -> dict[str, int]:
    return {str(kind): int(many or 0) for kind, many in session.rows(statement)}


def _pair(session: Session, statement: str, now: int) -> tuple[int, int | None]:
    row = session.row(statement, now=now)
    many, first = row or (0, None)
    return int(many or 0), None if first is None else int(first)


def _seconds(since: int | None, now: int) -> float:
    return 0.0 if since is None else max(0.0, (now - since) / 1e6)


HANDLERS = dict((pair(w.FIGURES_READ, read), pair(w.FIGURES_KEEP, keep)))
