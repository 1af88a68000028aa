"""Random programs of steps are killed at random points, again and again: what finished is never done twice, nothing is mixed up."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segue.engine import stamp
from segue.engine.durable import Journal, ReplayDiverged, identity_of, scope_of
from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife
from segue.model.runs import TaskRun
from segue.model.states import Failed, ResultRef
from tests.unit.engine.lives import Told, flow_life, task_life


@dataclass(frozen=True)
class Call:
    """A call of a step: a task of this name with this input, which calls others in its turn."""

    task: str
    given: int
    submitted: bool
    fails: bool
    within: tuple[Call, ...] = ()


names = st.sampled_from(["load", "clean", "store"])
leaves = st.builds(Call, names, st.integers(0, 2), st.booleans(), st.integers(0, 5).map(lambda number: number == 0))
calls = st.recursive(
    leaves,
    lambda inner: st.builds(
        Call, names, st.integers(0, 2), st.booleans(), st.just(False), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=12,
)
programs = st.lists(calls, min_size=1, max_size=6)


class Killed(BaseException):
    """The process is gone."""


class Flaw(Exception):
    """What a step raises; the body around it handles it."""


class Memory:
    """Result storage that no crash takes back."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def save(self, key: str, value: object) -> ResultRef:
        self.values.append(value)
        return ResultRef(storage="journal:memory", key=key, serializer="pickle", offset=len(self.values) - 1)

    def settle(self) -> None:
        """No crash takes anything back."""

    def load(self, ref: ResultRef) -> object:
        return self.values[ref.offset or 0]


@dataclass
class World:
    """What is outside of any process: results, recorded rows, and the ledger of what steps did."""

    results: Memory = field(default_factory=Memory)
    rows: list[TaskRun] = field(default_factory=list)
    ledger: list[str] = field(default_factory=list)
    #: Steps that were recorded as finished, by their identity.
    finished: Counter[str] = field(default_factory=Counter)


class Process:
    """Runs a program until it ends, or until it has taken so many breaths."""

    def __init__(self, world: World, breaths: int | None) -> None:
        self.world = world
        self.breaths = breaths
        self.told = Told()
        self.flow: FlowLife = flow_life(self.told)
        self.journal = Journal(world.results, world.rows)
        self.flow.journal = self.journal

    def breathe(self) -> None:
        if self.breaths is not None:
            self.breaths -= 1
            if self.breaths < 0:
                raise Killed

    def run(self, program: list[Call]) -> list[Any]:
        self.journal.enter("")
        return [self.call(call, None) for call in program]

    def call(self, call: Call, parent: TaskLife | None) -> Any:
        life = task_life(
            self.told, flow=self.flow, name=call.task, key=call.task, hash_inputs=lambda _: str(call.given)
        )
        life.parent = parent
        assert scope_of(parent, self.flow) == (identity_of(parent) if parent is not None else "")
        self.journal.number(life, direct=not call.submitted)
        done = self.journal.take(life)
        if done is not None:
            assert self.world.finished[identity_of(life)] == 1, "only what was recorded is found"
            return self.outcome(done)
        self.breathe()
        self.journal.enter(identity_of(life))
        inner = [self.call(each, life) for each in call.within]
        self.world.ledger.append(identity_of(life))
        self.breathe()
        value = (call.task, len(self.world.ledger), inner)
        ended = Ended(stamp.completed(), value=value)
        if call.fails:
            error = Flaw(value)
            ended = self.journal.fail(life, Ended(stamp.failed("no"), value=error, error=error))
        else:
            ended = self.journal.keep(life, ended)
        self.breathe()
        self.record(life, ended)
        self.breathe()
        return self.outcome(ended)

    def outcome(self, ended: Ended) -> Any:
        return ("failed", *ended.error.args) if ended.error is not None else ended.value

    def record(self, life: TaskLife, ended: Ended) -> None:
        self.world.finished[identity_of(life)] += 1
        run = TaskRun(
            id=life.id, name=life.name, task_name=life.spec.name, task_key=life.spec.key, state=ended.state,
            created=ended.state.timestamp, updated=ended.state.timestamp, step=life.step,
        )  # fmt: skip
        self.world.rows.append(run)


@given(program=programs, kills=st.lists(st.integers(0, 25), max_size=6))
def test_what_finished_is_found_and_the_rest_is_run(program: list[Call], kills: list[int]) -> None:
    world = World()
    killed = 0
    for breaths in kills:
        try:
            Process(world, breaths).run(program)
        except Killed:
            killed += 1
    result = Process(world, None).run(program)

    assert set(world.finished.values()) <= {1}, "no step finishes twice"
    times = Counter(world.ledger)
    assert set(times) == set(world.finished)
    # Each kill interrupts one line of steps, one within the other: at most those are done again.
    assert all(count <= killed + 1 for count in times.values())
    # Run again, it gives the same, and does nothing.
    done = len(world.ledger)
    assert Process(world, None).run(program) == result
    assert len(world.ledger) == done


@given(program=programs, other=programs, breaths=st.integers(0, 40))
def test_another_program_gets_no_results_of_this_one(program: list[Call], other: list[Call], breaths: int) -> None:
    world = World()
    with suppress(Killed):
        Process(world, breaths).run(program)
    try:
        result = Process(world, None).run(other)
    except ReplayDiverged:
        return
    for call, value in zip(other, result, strict=True):
        name = value[1][0] if value[0] == "failed" else value[0]
        assert name == call.task


@given(program=programs)
def test_a_retry_in_the_same_process_finds_what_its_attempt_before_finished(program: list[Call]) -> None:
    world = World()
    process = Process(world, None)
    first = process.run(program)
    before = Counter(world.ledger)
    second = process.run(program)
    failed = {row.step.split(":")[0] for row in world.rows if row.step and isinstance(row.state, Failed)}
    assert {step for step, count in Counter(world.ledger).items() if count > before[step]} <= failed
    assert len(first) == len(second)
