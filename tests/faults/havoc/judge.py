"""What must hold when everything has come to its end; whatever does not is a breach, told in a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import msgspec

from segue.backend.embedded import EmbeddedBackend
from segue.decide.moves import legal
from segue.model.runs import FlowRun
from segue.model.schedules import Firing
from segue.wire import operations as op
from segue.wire import requests as q
from segue.wire import schedules as s
from segue.wire.pools import POOL_READ, QUEUE_LIST, WorkQueueQuery
from segue.wire.queries import RunFilter, RunQuery
from segue.wire.slots import LIMIT_LIST, LimitQuery
from tests.faults.havoc.ground import EVERY, Ground, Line

#: How often a run of each flow may be begun: by a process of its own, and again after it has failed.
_ATTEMPTS = {"retried": 3}


class Judge:
    """Compares what was done with what is recorded."""

    def __init__(self, ground: Ground, killed: set[str]) -> None:
        self._ground = ground
        self._killed = killed
        self.breaches: list[str] = []
        self.runs: Counter[str] = Counter()
        self.instants: Counter[str] = Counter()

    def breach(self, what: str) -> None:
        """Note that something was seen that must not be."""
        self.breaches.append(what)

    def close(self) -> None:
        """Look at everything."""
        lines = defaultdict[str, list[Line]](list)
        for line in self._ground.lines():
            lines[line.run].append(line)
            if line.word not in {"begin", "end"}:
                self.breach(f"run {line.run}, attempt {line.attempt}, process {line.process}: {line.word}")
        with self._ground.opened() as backend:
            runs = _all_runs(backend)
            for run in runs.values():
                self._run(backend, run, lines[run.id])
            for id in {*lines, *self._ground.asked} - {*runs}:
                self.breach(f"run {id} is not recorded")
            for id in self._ground.schedules:
                self._schedule(_ledger(backend, id), id, runs)
            self._at_rest(backend)
            for problem in backend.check():
                self.breach(f"the database: {problem}")
        logs = [self._ground.server.said(), *(worker.log.read_text() for worker in self._ground.workers)]
        for said in logs:
            if "Traceback" in said:
                self.breach(f"somebody said a traceback:\n{said[said.index('Traceback') :][:3000]}")

    def _run(self, backend: EmbeddedBackend, run: FlowRun, lines: list[Line]) -> None:
        """One run: begun as often as it may be, recorded as it truly ended."""
        self.runs[run.state.name] += 1
        begun, ended = [line for line in lines if line.word == "begin"], [line for line in lines if line.word == "end"]
        for attempt, many in Counter(line.attempt for line in begun).items():
            if many > 1:
                self.breach(f"run {run.id} was begun {many} times as attempt {attempt}: {run.state.message}")
        most = _ATTEMPTS.get(run.flow_name, 1)
        if len(begun) > most:
            self.breach(f"run {run.id} of {run.flow_name} was begun {len(begun)} times")
        gone = {line.process for line in begun} & self._killed
        if run.state.kind == "COMPLETED":
            if len(ended) != 1:
                self.breach(f"run {run.id} is Completed, and its work came to its end {len(ended)} times")
        elif run.state.kind == "CRASHED":
            if begun and not gone:
                self.breach(
                    f"run {run.id} is Crashed ({run.state.message}), and nobody killed its process {begun[-1].process}"
                )
        else:
            self.breach(f"run {run.id} of {run.flow_name} is {run.state.name}: {run.state.message}")
        states = [row.state for row in backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)).items]
        for before, after in pairwise(states):
            if not legal(before.kind, after.kind):
                self.breach(f"run {run.id} went from {before.name} to {after.name}")

    def _schedule(self, rows: list[Firing], id: str, runs: dict[str, FlowRun]) -> None:
        """One schedule: each instant has one row; it was fired once, or the row says why not."""
        if not rows:
            self.breach(f"schedule {id} has no instants")
        for before, after in pairwise(rows):
            if after.instant - before.instant != timedelta(seconds=EVERY):
                self.breach(f"schedule {id}: after {before.instant} comes {after.instant}")
        of = {run.id for run in runs.values() if run.created_by is not None and run.created_by.id == id}
        fired = Counter(row.flow_run_id for row in rows if row.outcome == "fired")
        for run, many in fired.items():
            if run is None or many > 1 or run not in of:
                self.breach(f"schedule {id} fired run {run} {many} times")
        for run in of - {*fired}:
            self.breach(f"schedule {id}: run {run} has no instant")
        for row in rows:
            why = row.reason if row.outcome == "skipped" else "late" if row.reason else None
            self.instants[row.outcome if why is None else f"{row.outcome}: {why}"] += 1
            if row.outcome == "queued" or (row.outcome == "skipped" and not row.reason):
                self.breach(f"schedule {id} at {row.instant}: {row.outcome}, {row.reason}")

    def _at_rest(self, backend: EmbeddedBackend) -> None:
        """Nobody holds anything: no lease, no slot."""
        for lease in backend.call(op.LEASE_LIST, q.Nothing()).items:
            self.breach(f"lease {lease.id} is still held by process {lease.holder.pid}")
        for limit in backend.call(LIMIT_LIST, LimitQuery()).items:
            if limit.active_slots:
                self.breach(f"{limit.active_slots} slots of {limit.name} are taken by {limit.holders}")
        pool = backend.call(POOL_READ, q.ByName("here"))
        queues = backend.call(QUEUE_LIST, WorkQueueQuery()).items
        taken = [pool.active_slots, *(queue.active_slots for queue in queues)]
        if any(taken):
            self.breach(f"slots of the pool and its queues are taken: {taken}")
        for row in backend.look(lambda session: session.rows("deployments_limited")):
            if row[-1]:
                self.breach(f"{row[-1]!r} slots of deployment {row[0]!r} are taken")


def _all_runs(backend: EmbeddedBackend) -> dict[str, FlowRun]:
    found: dict[str, FlowRun] = {}
    query = RunQuery(where=RunFilter(), limit=1_000)
    while True:
        page = backend.call(op.FLOW_RUN_LIST, query)
        found.update((run.id, run) for run in page.items)
        if page.next is None:
            return found
        query = msgspec.structs.replace(query, after=page.next)


def _ledger(backend: EmbeddedBackend, id: str) -> list[Firing]:
    found: list[Firing] = []
    query = s.FiringQuery(schedule_ids=[id], sort="instant", limit=1_000)
    while True:
        page = backend.call(s.FIRING_LIST, query)
        found += page.items
        if page.next is None:
            return found
        query = msgspec.structs.replace(query, after=page.next)
