"""What must hold after each death, and in the end; whatever does not is a breach, told in a sentence."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import lives
from segue.backend.reaper import reap
from segue.decide.moves import legal, legal_for_task
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import NotFound, SegueError, StaleFence
from segue.model.records import LogLine, TaskRunMade
from segue.model.runs import FlowRun, StateRow, TaskRun
from segue.model.states import FINAL_KINDS, Completed, Pending
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from segue.wire.operation import Operation
from segue.wire.slots import LIMIT_LIST, LimitQuery
from tests.faults.chaos.victims import Victim

Q = TypeVar("Q")
A = TypeVar("A")

#: Seconds in which a run whose process died must be in a true state.
LEASE_AND_FIVE = 35.0
_OPEN = [kind for kind in ("SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING") if kind not in FINAL_KINDS]


class Judge:
    """Looks at a database after each death, and at the end."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self.backend = backend
        self.breaches: list[str] = []
        #: Seconds from each death until everything it left was in a true state.
        self.seconds: list[float] = []
        self.closed: Counter[str] = Counter()
        #: Durable runs that wait to be run again, and the leases that must write no more.
        self.crashed: list[str] = []
        self.stale: list[tuple[str, int, int]] = []
        self.refused = 0
        #: Flow runs that there were in all.
        self.runs = 0

    def breach(self, what: str) -> None:
        """Note that something was seen that must not be."""
        self.breaches.append(what)

    def left_by(self, victim: Victim) -> list[q.OpenLease]:
        """Return the leases that a process still holds in the record."""
        leases = self.backend.call(op.LEASE_LIST, q.Nothing()).items
        return [lease for lease in leases if lease.holder.pid == victim.pid and lives(lease.holder) is False]

    def bury(self, victim: Victim, left: list[q.OpenLease]) -> None:
        """Close what a dead process left, and see that it is closed."""
        reap(self.backend)
        for lease in self.left_by(victim):
            self.breach(f"{victim}: its lease {lease.id} is still held")
        for lease in left:
            self._closed(victim, lease)
        self.seconds.append(time.monotonic() - victim.died)
        self._slots(victim)

    def _closed(self, victim: Victim, lease: q.OpenLease) -> None:
        try:
            run = self.backend.call(op.FLOW_RUN_READ, q.ById(lease.id))
        except NotFound:
            # Tasks outside flows.
            self.closed["tasks outside flows"] += 1
            return
        self.closed[run.flow_name] += 1
        if run.fence != lease.fence:
            # Somebody ran it again meanwhile.
            return
        if not run.state.final:
            self.breach(f"{victim}: flow run {run.id} is {run.state.name} although its process is dead")
        for child in self._below(run):
            self.breach(f"{victim}: {child} is still open below flow run {run.id}, which is {run.state.name}")
        self._no_late_end(victim, run, lease)
        self.stale.append((lease.id, lease.fence, self._applied(lease.id)))
        if run.flow_name == "durable" and run.state.kind == "CRASHED":
            self.crashed.append(run.id)

    def _below(self, run: FlowRun) -> Iterator[str]:
        for task in self._tasks(queries.RunFilter(flow_run_ids=[run.id], state_types=_OPEN)):
            yield f"task run {task.name} ({task.state.name})"
        query = queries.RunQuery(where=queries.RunFilter(flow_run_ids=[run.id]), limit=1000)
        for child in self.backend.call(op.FLOW_RUN_LIST, query).items:
            if not child.state.final:
                yield f"flow run {child.name} ({child.state.name})"
            yield from self._below(child)

    def _no_late_end(self, victim: Victim, run: FlowRun, lease: q.OpenLease) -> None:
        """What the dead process would have said last comes too late, and changes nothing."""
        late = Completed(id=new_id(), name="Completed", timestamp=now())
        verdict = self.backend.call(op.FLOW_RUN_PROPOSE, q.Proposal(id=run.id, state=late, fence=lease.fence))
        after = self.backend.call(op.FLOW_RUN_READ, q.ById(run.id))
        if verdict.status != "abort" or after.state != run.state:
            self.breach(f"{victim}: a late end was accepted for flow run {run.id}, which was {run.state.name}")

    def _slots(self, victim: Victim) -> None:
        for limit in self.backend.call(LIMIT_LIST, LimitQuery()).items:
            if limit.active_slots > limit.limit:
                self.breach(f"after {victim}: {limit.active_slots} of {limit.limit} slots of {limit.name} are taken")

    def old_fences(self) -> None:
        """Write under every fence that a newer one has overtaken: all must be refused."""
        waiting = []
        for id, fence, applied in self.stale:
            run = self.backend.call(op.FLOW_RUN_READ, q.ById(id))
            if run.fence == fence:
                waiting.append((id, fence, applied))
                continue
            state = Pending(id=new_id(), name="Pending", timestamp=now())
            task = TaskRunMade(id=new_id(), name="late", task_name="late", task_key="late", state=state, flow_run_id=id)
            for record in (task, LogLine(now(), 20, "late", "late", id, None)):
                batch = q.Batch(lease_id=id, fence=fence, first=applied + 1, records=[record])
                self._refused(f"records of flow run {id}", op.RECORDS_APPEND, batch)
            end = Completed(id=new_id(), name="Completed", timestamp=now())
            if not run.state.final:
                self._refused(
                    f"an end of flow run {id}", op.FLOW_RUN_PROPOSE, q.Proposal(id=id, state=end, fence=fence)
                )
        self.stale = waiting

    def _refused(self, what: str, operation: Operation[Q, A], request: Q) -> None:
        try:
            answer = self.backend.call(operation, request)
        except StaleFence:
            self.refused += 1
        except SegueError as error:
            self.breach(f"{what} under an old fence were refused with {type(error).__name__}: {error}")
        else:
            # The run may have ended since it was looked at; then its state stays as it is.
            if isinstance(answer, q.Verdict) and answer.status == "abort":
                self.refused += 1
            else:
                self.breach(f"{what} under an old fence were accepted: {answer}")

    def _applied(self, lease_id: str) -> int:
        row = self.backend._opened().reader().row("lease_read", id=lease_id)
        return int(row[9] or 0) if row else 0

    def _tasks(self, where: queries.RunFilter) -> Iterator[TaskRun]:
        after: str | None = None
        while True:
            page = self.backend.call(op.TASK_RUN_LIST, queries.RunQuery(where=where, limit=1000, after=after))
            yield from page.items
            after = page.next
            if after is None:
                return

    def flow_runs(self) -> Iterator[FlowRun]:
        """Return every flow run; a page may end before the list does."""
        after: str | None = None
        while True:
            page = self.backend.call(op.FLOW_RUN_LIST, queries.RunQuery(limit=1000, after=after))
            yield from page.items
            after = page.next
            if after is None:
                return

    # --- in the end -------------------------------------------------------------------------------------------------

    def close(self, lines: list[list[str]]) -> None:
        """Look at everything once nobody lives any more; `lines` are those of the ledger."""
        reap(self.backend)
        self.old_fences()
        for lease in self.backend.call(op.LEASE_LIST, q.Nothing()).items:
            self.breach(f"in the end process {lease.holder.pid} still holds lease {lease.id}")
        for limit in self.backend.call(LIMIT_LIST, LimitQuery()).items:
            if limit.active_slots or limit.waiters:
                self.breach(
                    f"in the end {limit.active_slots} slots of {limit.name} are taken, {len(limit.waiters)} wait"
                )
        for problem in self.backend.check():
            self.breach(f"the database is not sound: {problem}")
        self._numbers()
        runs = {run.id: run for run in self.flow_runs()}
        self.runs = len(runs)
        for run in runs.values():
            self._walked(f"flow run {run.id}", run.state.final, self.backend.call(op.FLOW_RUN_HISTORY, q.ById(run.id)))
        for task in self._tasks(queries.RunFilter()):
            history = self.backend.call(op.TASK_RUN_HISTORY, q.ById(task.id))
            self._walked(f"task run {task.id}", task.state.final, history, of_task=True)
        self._ledger(lines, runs)

    def _numbers(self) -> None:
        reader = self.backend._opened().reader()
        rows, top = reader.select("SELECT count(*), max(seq) FROM state_row", {})[0]
        if rows != top:
            self.breach(f"{rows!r} rows of history, but the last has number {top!r}")

    def _walked(self, what: str, final: bool, history: queries.History, *, of_task: bool = False) -> None:
        if not final:
            self.breach(f"in the end {what} is {history.items[-1].state.name}")
        if len({row.state.id for row in history.items}) != len(history.items):
            self.breach(f"{what} entered one state twice")
        rows: list[StateRow] = history.items
        for before, after in pairwise(rows):
            move = (before.state.kind, after.state.kind)
            again = not of_task and before.state.final and after.state.kind in {"PENDING", "SCHEDULED", "RUNNING"}
            if not again and not (legal_for_task if of_task else legal)(*move):
                self.breach(f"{what} went from {move[0]} to {move[1]}")

    def _ledger(self, lines: list[list[str]], runs: dict[str, FlowRun]) -> None:
        kept: set[tuple[str, str]] = set()
        variables: dict[str, str] = {}
        for word, *rest in lines:
            match word, rest:
                case "did", [run, step] if (run, step) in kept:
                    self.breach(f"step {step} of run {run} was done again after it had returned")
                case "kept", [run, step]:
                    kept.add((run, step))
                case "ended", [run, state] if run not in runs:
                    self.breach(f"run {run} ended as {state}, and is not in the record")
                case "ended", [run, state] if runs[run].state.kind != state:
                    self.breach(f"run {run} ended as {state}, and is recorded as {runs[run].state.kind}")
                case "set", [name, value]:
                    variables[name] = value
                case "breach", _:
                    self.breach(" ".join(rest))
                case _:
                    pass
        for name, value in variables.items():
            found = self.backend.call(op.VARIABLE_READ, q.ByName(name)).value
            # What was written next may be there without its acknowledgement.
            if str(found) != value:
                self.closed["variables written after their last acknowledgement"] += 1
        for each in runs.values():
            if each.flow_name == "durable" and each.state.kind != "COMPLETED":
                self.breach(f"in the end durable run {each.id} is {each.state.name}")
