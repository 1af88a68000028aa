"""Walks of the task's life: whatever user code does and however often, the laws of states hold and every step is recorded."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from segue.decide.moves import legal_for_task
from segue.engine.asks import CancelRequested, LeaseLost, Outcome, Overdue, ProcessLost, Raised, Returned, TimedOut
from segue.engine.task_script import task_script
from segue.model.records import TaskRunMoved
from segue.model.states import FINAL_KINDS, Running, Scheduled
from tests.unit.engine.lives import CALL, Player, Told, task_life

failures = st.builds(Raised, st.builds(ValueError, st.text(max_size=5)))
timeouts = st.builds(Raised, st.builds(TimedOut, st.just("late")))
stops = st.sampled_from([CancelRequested, Overdue, LeaseLost, KeyboardInterrupt, SystemExit]).map(
    lambda kind: Raised(kind())
)
lost = st.builds(Raised, st.builds(ProcessLost, st.just("killed")))
returns = st.builds(Returned, st.integers() | st.none() | st.text(max_size=5))
outcomes = st.lists(st.one_of(failures, failures, timeouts, stops, lost, returns), min_size=1, max_size=12)


def fails(outcome: Outcome) -> bool:
    """Say whether an outcome is a failure of user code, which a retry may mend."""
    match outcome:
        case Returned() | Raised(ProcessLost()):
            return False
        case Raised(TimedOut()):
            return True
        case Raised(error):
            return isinstance(error, Exception)


@given(
    outcomes=outcomes,
    retries=st.integers(0, 8),
    delay=st.none() | st.floats(0, 100),
    timeout=st.none() | st.just(1.0),
    stubborn=st.booleans(),
)
def test_no_walk_leaves_the_laws(
    outcomes: list[Outcome], retries: int, delay: float | None, timeout: float | None, stubborn: bool
) -> None:
    told = Told()
    life = task_life(
        told,
        retries=retries,
        delay=None if delay is None else lambda retry: float(delay),
        timeout=timeout,
        condition=(lambda life, ended: False) if stubborn else None,
    )
    # When the walk goes on for longer, the last thing happens again and again.
    player = Player([*outcomes, *[outcomes[-1]] * retries])
    ended = player.play(task_script(life, CALL))

    moves = told.moves(life.id)
    kinds = ["PENDING", *(state.kind for state in moves)]
    assert all(legal_for_task(before, after) for before, after in pairwise(kinds))
    assert [kind in FINAL_KINDS for kind in kinds].count(True) == 1
    assert ended.state is moves[-1] is life.state
    assert [state.timestamp for state in moves] == sorted(state.timestamp for state in moves)
    assert len({state.id for state in moves}) == len(moves)

    attempts = [state for state in moves if isinstance(state, Running)]
    assert [state.attempt for state in attempts] == list(range(1, len(attempts) + 1))
    tried = next(
        (number for number, outcome in enumerate(outcomes, 1) if not fails(outcome)),
        retries + 1,
    )
    assert len(attempts) == (1 if stubborn else min(tried, retries + 1))
    assert sum(isinstance(state, Scheduled) for state in moves) == (len(attempts) - 1 if delay else 0)

    last = [*outcomes, *[outcomes[-1]] * retries][len(attempts) - 1]
    match last:
        case Returned(value):
            assert (ended.state.kind, ended.value, ended.error) == ("COMPLETED", value, None)
        case Raised(CancelRequested()):
            assert ended.state.kind == "CANCELLED"
        case Raised(error) if fails(last):
            late = isinstance(error, TimeoutError)
            assert (ended.state.kind, ended.state.name) == ("FAILED", "TimedOut" if late else "Failed")
            own = type(error) is TimedOut and timeout is not None
            assert ("exceeded timeout" in (ended.state.message or "")) == own
        case Raised():
            assert ended.state.kind == "CRASHED"
    assert (ended.error is None) == ended.completed

    records = [record for record in told.records if isinstance(record, TaskRunMoved)]
    assert [record.run_count for record in records] == sorted(record.run_count for record in records)
    assert records[-1].run_count == life.run_count == len(attempts)
    assert records[-1].start_time == attempts[0].timestamp
    assert records[-1].end_time == moves[-1].timestamp
    assert 0 <= records[-1].total_run_time <= (moves[-1].timestamp - moves[0].timestamp).total_seconds() + 1e-6
