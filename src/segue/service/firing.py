"""Schedules brought up to date: each instant that has come gets its one row in the ledger, and runs are made ahead.

A run is made ahead of its time so that people see it, but without `due`, so that no worker can begin it. At its instant the
ledger's row is written and the run gets its `due` in the same transaction: whatever dies, an instant has both or neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

import msgspec
from msgspec import Struct

from segue.decide.firing import Judged, judge
from segue.decide.schedules import firings, jittered, spelled
from segue.model.deployments import Deployment
from segue.model.errors import SegueError
from segue.model.runs import FlowRun
from segue.model.schedules import AHEAD, FiringOutcome, Schedule
from segue.model.states import Actor, Cancelling
from segue.service import deployed_runs, deployments, flow_runs
from segue.service.edits import delete_flow_runs
from segue.service.happenings import happened
from segue.service.pairing import pair
from segue.store.codec import Json, Row, instant, instant_or_none, json_text, micros, micros_or_none
from segue.store.session import Session
from segue.wire import schedules as w
from segue.wire.deployments import NewRunOfDeployment
from segue.wire.requests import ById, Proposal

#: Instants of one schedule that get their rows in one transaction at most.
_SOME = 200
#: Runs are made ahead for so long at most.
_FURTHEST = timedelta(days=100)
#: Until a schedule that cannot be followed is looked at again.
_LATER = timedelta(minutes=1)
_schedules = msgspec.json.Decoder(Schedule)


class Kept(Struct, frozen=True):
    """A schedule and how far it has come."""

    schedule: Schedule
    cursor: datetime
    planned: datetime
    wake: datetime | None
    short: bool


def kept_out(row: Row) -> Kept:
    """Build a schedule from (body, cursor, planned, wake, short)."""
    body, cursor, planned, wake, short = cast("tuple[Json, int, int, int | None, int]", row)
    return Kept(_schedules.decode(body), instant(cursor), instant(planned), instant_or_none(wake), bool(short))


def find_due(session: Session, request: w.FindDue) -> w.DueSchedules:
    """Return the schedules that must be looked at now, and how long there is nothing to do."""
    now, limit = micros(session.now()), request.limit
    due, short, queued = (
        [str(row[0]) for row in rows]
        for rows in (
            session.rows("schedules_due", now=now, limit=limit),
            session.rows("schedules_short", limit=limit),
            session.rows("schedules_queued", limit=limit),
        )
    )
    row = session.row("schedules_wake", now=now)
    wait = None if row is None else (int(row[0] or 0) - now) / 1e6
    return w.DueSchedules(due=due, short=short, queued=queued, wait=wait)


def tend(session: Session, request: w.Tend) -> w.Tended:
    """Fire what has come of these schedules, each instant once, whoever asks; and make runs ahead."""
    session.order()
    known: dict[str, Deployment] = {}
    fired, queued, skipped = 0, 0, 0
    for id in request.ids:
        row = session.row("schedule_read", id=id)
        if row is None:
            continue
        kept = kept_out(row)
        of = kept.schedule.deployment_id
        if of not in known:
            known[of] = deployments.read(session, ById(of))
        done = bring_up(session, kept, known[of], only_due=request.only_due)
        fired += done.count("fired")
        queued += done.count("queued")
        skipped += done.count("skipped")
    return w.Tended(fired=fired, queued=queued, skipped=skipped)


def bring_up(session: Session, kept: Kept, deployment: Deployment, *, only_due: bool = False) -> list[FiringOutcome]:
    """Bring one schedule up to date; returns what became of the instants that had come, `_SOME` of them at most."""
    with _of_itself(session):
        turn = _Turn(session, kept.schedule, deployment)
        try:
            return turn.take(kept, only_due=only_due)
        except ValueError as problem:
            labels = {"segue.resource.id": f"segue.schedule.{kept.schedule.id}"}
            happened(session, "segue.schedule.cannot-be-followed", labels, problem=str(problem))
            later = session.now() + _LATER
            _move(session, msgspec.structs.replace(kept, wake=later, short=False))
            return []


@contextmanager
def _of_itself(session: Session) -> Iterator[None]:
    """What a schedule does is its own doing, whoever asked that it be looked at."""
    caller, session.caller = session.caller, None
    try:
        yield
    finally:
        session.caller = caller


def _move(session: Session, kept: Kept) -> None:
    session.run(
        "schedule_moved", id=kept.schedule.id, cursor=micros(kept.cursor), planned=micros(kept.planned),
        wake=micros_or_none(kept.wake), short=int(kept.short),
    )  # fmt: skip


class _Turn:
    """One look at one schedule."""

    def __init__(self, session: Session, schedule: Schedule, deployment: Deployment) -> None:
        self.session = session
        self.schedule = schedule
        self.deployment = deployment
        self.now = session.now()
        self.actor = Actor(kind="schedule", name=schedule.slug or spelled(schedule.rule), id=schedule.id)
        self.rests: str | None = None
        if not schedule.active:
            self.rests = "The schedule was paused."
        elif deployment.paused:
            self.rests = "The deployment was paused."

    def take(self, kept: Kept, *, only_due: bool) -> list[FiringOutcome]:
        """Do what there is to do."""
        done = self._queued()
        coming = firings(self.schedule, kept.cursor)
        rows: list[tuple[object, ...]] = []
        cursor, ahead = kept.cursor, next(coming, None)
        while ahead is not None and ahead <= self.now and len(rows) < _SOME:
            at, ahead = ahead, next(coming, None)
            rows.append(self._row(at, ahead))
            cursor = at
        if rows:
            self.session.run("firings_insert", rows=json_text(rows))
            done += [cast("FiringOutcome", row[4]) for row in rows]
        caught_up = ahead is None or ahead > self.now
        cursor = max(cursor, self.now) if caught_up else cursor
        planned, short = max(kept.planned, cursor), caught_up and self.rests is None
        if short and not only_due:
            planned = self._plan(cursor, planned)
            short = False
        _move(self.session, Kept(self.schedule, cursor, planned, ahead, short))
        return done

    def _row(self, at: datetime, ahead: datetime | None) -> tuple[object, ...]:
        open_runs = [] if self.schedule.overlap == "allow" or self.rests is not None else self._open()
        waits = self.schedule.overlap == "queue" and self._first_queued() is not None
        judged = judge(self.schedule, at, after=ahead, now=self.now, rests=self.rests, runs=len(open_runs) + waits)
        run: FlowRun | None = None
        if judged.outcome == "fired":
            if judged.ends:
                self._end(open_runs)
            run, judged = self._fire(at, judged)
        elif judged.outcome == "skipped" and self.rests is None:
            self._forget(at)
        begins = jittered(self.schedule, at)
        return (
            self.schedule.id, micros(at), self.deployment.id, micros(begins), judged.outcome, judged.reason,
            None if run is None else run.id, micros(self.now),
        )  # fmt: skip

    def _fire(self, at: datetime, judged: Judged) -> tuple[FlowRun | None, Judged]:
        """Let the run of an instant begin, made now where none was made ahead."""
        run = self._made_ahead(at)
        if run is not None and run.state.final:
            return run, Judged("skipped", f"Its run was {run.state.name} before its time.")
        try:
            if run is None:
                run = self._make(at, judged.reason)
        except SegueError as problem:
            return None, Judged("skipped", f"No run could be made: {problem}")
        due = micros(jittered(self.schedule, at))
        self.session.run("flow_run_fired", id=run.id, due=due)
        return run, judged

    def _made_ahead(self, at: datetime) -> FlowRun | None:
        row = self.session.row("flow_run_by_key", flow=self.deployment.flow_name, key=self._key(at))
        run = None if row is None else flow_runs.find(self.session, str(row[0]))
        if run is None or run.state.kind != "SCHEDULED" or run.parameters == self._parameters():
            return run
        # The deployment's parameters are others than when it was made.
        delete_flow_runs(self.session, [run.id])
        return None

    def _forget(self, at: datetime) -> None:
        row = self.session.row("flow_run_by_key", flow=self.deployment.flow_name, key=self._key(at))
        run = None if row is None else flow_runs.find(self.session, str(row[0]))
        if run is not None and run.state.kind == "SCHEDULED":
            delete_flow_runs(self.session, [run.id])

    def _make(self, at: datetime, reason: str | None = None) -> FlowRun:
        request = NewRunOfDeployment(
            deployment_id=self.deployment.id, parameters=self.schedule.parameters, scheduled_time=jittered(self.schedule, at),
            idempotency_key=self._key(at), created_by=self.actor, message=reason,
        )  # fmt: skip
        run = deployed_runs.create_from(self.session, self.deployment, request)
        self.session.run("flow_run_planned", id=run.id, schedule_id=self.schedule.id, due=None)
        return run

    def _parameters(self) -> dict[str, object]:
        return {**self.deployment.parameters, **self.schedule.parameters}

    def _key(self, at: datetime) -> str:
        return f"schedule:{self.schedule.id}:{at.isoformat()}"

    def _plan(self, cursor: datetime, planned: datetime) -> datetime:
        """Make the next few runs after the cursor ahead of their time; returns how far they reach."""
        number = AHEAD if self.schedule.max_scheduled_runs is None else self.schedule.max_scheduled_runs
        for at in islice(firings(self.schedule, cursor), number):
            if at > self.now + _FURTHEST:
                break
            if at <= planned:
                continue
            try:
                self._make(at)
            except SegueError:
                # The ledger will say so at the instant, unless it is mended before.
                break
            planned = at
        return planned

    def _open(self) -> list[str]:
        return [str(row[0]) for row in self.session.rows("flow_runs_of_schedule_open", schedule_id=self.schedule.id)]

    def _end(self, ids: list[str]) -> None:
        for id in ids:
            asked = Cancelling(
                id=self.session.new_id(), name="Cancelling", timestamp=self.now, actor=self.actor,
                message="The next run of its schedule was due, whose overlap policy ends the earlier one.",
            )  # fmt: skip
            flow_runs.propose(self.session, Proposal(id=id, state=asked))

    def _first_queued(self) -> datetime | None:
        row = self.session.row("firing_queued_first", schedule_id=self.schedule.id)
        return None if row is None else instant(int(row[0] or 0))

    def _queued(self) -> list[FiringOutcome]:
        """Make the run of the first instant that waits, once nothing of the schedule runs."""
        if self.schedule.overlap != "queue" or self.rests is not None:
            return []
        at = self._first_queued()
        if at is None or self._open():
            return []
        reason = "It waited for an earlier run of its schedule."
        run, judged = self._fire(at, Judged("fired", reason))
        self.session.run(
            "firing_settled", schedule_id=self.schedule.id, instant=micros(at), outcome=judged.outcome, reason=judged.reason,
            flow_run_id=None if run is None else run.id, decided=micros(self.now),
        )  # fmt: skip
        return []


HANDLERS = dict((pair(w.SCHEDULE_DUE, find_due), pair(w.SCHEDULE_TEND, tend)))
