"""Walks of the state machine: random proposals by random proposers, first against the rule alone, then against a database."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from segue.backend.holders import this_holder
from segue.backend.open import open_backend
from segue.decide.moves import FLOW_MOVES
from segue.decide.proposals import Propose, RunSnapshot, propose
from segue.decide.timing import Timing
from segue.decide.verdicts import Accept
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import Held, SegueError, StaleFence
from segue.model.records import TaskRunMade, TaskRunMoved
from segue.model.states import FINAL_KINDS, STATE_TYPES, Pending, Running, State
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = sorted(STATE_TYPES)


def make(kind: str, name: str | None, at: datetime) -> State:
    extra: dict[str, Any] = {"at": at} if kind == "SCHEDULED" else {}
    if kind == "PAUSED":
        extra = {"key": new_id(), "until": at + timedelta(hours=1)}
    return STATE_TYPES[kind](id=new_id(), name=name or kind.capitalize(), timestamp=at, **extra)  # type: ignore[return-value]


commands = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from([None, "AwaitingRetry", "Other"]),
    st.sampled_from([None, 1]),
    st.integers(0, 9).map(lambda n: n == 0),
    st.booleans(),
)


@given(st.lists(commands, max_size=30))
def test_no_walk_leaves_the_laws(walk: list[tuple[str, str | None, int | None, bool, bool]]) -> None:
    at = START
    state: State = make("PENDING", None, at)
    history, timing = [state], Timing().entered(None, state)
    for kind, name, fence, force, held in walk:
        at += timedelta(seconds=1)
        to = make(kind, name, at)
        run = RunSnapshot(state=state, fence=1, held=held and not state.final, history=history)
        answer = propose(run, Propose(state=to, fence=fence, force=force), at)
        assert answer == propose(run, Propose(state=to, fence=fence, force=force), at), "a rule gives one answer"
        if not isinstance(answer, Accept):
            continue
        entered = answer.state
        assert entered.id == to.id, "the transition keeps its id, so that a repeat finds it"
        assert answer.closes == entered.final
        if not force:
            retry = state.final and entered.name == "AwaitingRetry"
            assert retry or entered.kind in FLOW_MOVES[state.kind] or entered.kind in {"CANCELLING", "CANCELLED"}
            if state.final:
                assert retry, "final is final"
            if fence is None and run.held:
                assert entered.kind == "CANCELLING" or state.kind == "PAUSED", "the holder is the authority"
        timing = timing.entered(state, entered)
        assert (timing.end_time is not None) == entered.final
        assert 0 <= timing.total_run_time <= (at - START).total_seconds()
        state = entered
        history.append(state)
    assert timing.run_count == sum(isinstance(known, Running) for known in history)


class Recorded(RuleBasedStateMachine):
    """One flow run in a database, its holder and a stranger, against a plain model of what must be there."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="segue-walk-"))
        self.backend = open_backend("", self.folder)
        states: list[State] = [make("PENDING", None, now()), make("RUNNING", None, now())]
        self.lease_request = q.LeaseRequest(holder=this_holder())
        grant = self.backend.call(
            op.FLOW_RUN_CREATE,
            q.NewFlowRun(id=new_id(), flow_name="f", name="walk", states=states, lease=self.lease_request),
        )
        assert grant.lease is not None
        self.id, self.lease = grant.run.id, grant.lease
        self.stream = self.backend.stream(grant.lease)
        self.history = [state.kind for state in states]
        self.tasks: dict[str, str] = {}
        self.old_fences: list[int] = []

    @rule(
        kind=st.sampled_from(KINDS),
        name=st.sampled_from([None, "AwaitingRetry"]),
        inside=st.booleans(),
        force=st.booleans(),
    )
    def propose(self, kind: str, name: str | None, inside: bool, force: bool) -> None:
        to = make(kind, name, now())
        ask = q.Proposal(id=self.id, state=to, fence=self.lease.fence if inside else None, force=force)
        verdict = self.backend.call(op.FLOW_RUN_PROPOSE, ask)
        if verdict.state.id == to.id:
            self.history.append(verdict.state.kind)
            if verdict.state.final:
                self.tasks = {id: kind if kind in FINAL_KINDS else "closed" for id, kind in self.tasks.items()}
        again = self.backend.call(op.FLOW_RUN_PROPOSE, ask)
        if verdict.state.id == to.id:
            assert again.status == verdict.status

    @rule(fence=st.integers(0, 3))
    def write_under_an_old_fence(self, fence: int) -> None:
        if fence >= self.lease.fence:
            return
        ask = q.Proposal(id=self.id, state=make("RUNNING", None, now()), fence=fence)
        try:
            self.backend.call(op.FLOW_RUN_PROPOSE, ask)
        except StaleFence:
            return
        raise AssertionError("an old fence was accepted")

    @rule()
    def claim(self) -> None:
        ask = q.Claim(id=self.id, lease=self.lease_request, states=[make("RUNNING", None, now())])
        try:
            grant = self.backend.call(op.FLOW_RUN_CLAIM, ask)
        except Held:
            assert self.history[-1] not in FINAL_KINDS
            return
        assert grant.lease is not None
        assert grant.lease.fence == self.lease.fence + 1
        self.lease = grant.lease
        self.stream = self.backend.stream(grant.lease)
        self.history.append("RUNNING")

    @rule(steps=st.lists(st.sampled_from([Running, Pending]), max_size=3), end=st.sampled_from(sorted(FINAL_KINDS)))
    def run_a_task(self, steps: list[type[Running] | type[Pending]], end: str) -> None:
        if self.history[-1] in FINAL_KINDS:
            return
        id = new_id()
        self.stream.put(
            TaskRunMade(
                id=id, name="t", task_name="t", task_key="t-1", state=make("PENDING", None, now()), flow_run_id=self.id
            )
        )
        for step in steps:
            self.stream.put(TaskRunMoved(id, make(step.kind, None, now()), self.id))
        if len(steps) % 2:
            self.stream.put(TaskRunMoved(id, make(end, None, now()), self.id))
        self.tasks[id] = end if len(steps) % 2 else "open"

    @invariant()
    def the_database_says_the_same(self) -> None:
        if not hasattr(self, "backend"):
            return
        self.backend.flush()
        rows = self.backend.call(op.FLOW_RUN_HISTORY, q.ById(self.id)).items
        assert [row.state.kind for row in rows] == self.history
        assert [row.seq for row in rows] == sorted({row.seq for row in rows})
        run = self.backend.call(op.FLOW_RUN_READ, q.ById(self.id))
        assert run.state == rows[-1].state
        assert (run.end_time is not None) == run.state.final
        assert run.run_count == self.history.count("RUNNING")
        assert run.fence == self.lease.fence
        held = [lease.id for lease in self.backend.call(op.LEASE_LIST, q.Nothing()).items]
        if run.state.final:
            assert held == []
        tasks = {t.id: t.state.kind for t in self.backend.call(op.TASK_RUN_LIST, queries.RunQuery(limit=1000)).items}
        assert set(tasks) == set(self.tasks)
        for id, expected in self.tasks.items():
            if expected == "closed":
                assert tasks[id] in {"CRASHED", "CANCELLED"}
            elif expected == "open":
                assert tasks[id] not in FINAL_KINDS
            else:
                assert tasks[id] == expected

    def teardown(self) -> None:
        if hasattr(self, "backend"):
            try:
                self.backend.close()
            except SegueError as problem:
                raise AssertionError(str(problem)) from problem
            finally:
                shutil.rmtree(self.folder)


Recorded.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestRecorded = Recorded.TestCase
