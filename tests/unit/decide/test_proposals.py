from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from segue.decide.lost import lost_state
from segue.decide.moves import FLOW_MOVES, TASK_MOVES, is_final, legal, legal_for_task
from segue.decide.proposals import Propose, RunSnapshot, closing_state, fired_pauses, propose
from segue.decide.tasks import propose_for_task
from segue.decide.timing import Timing, entered_all
from segue.decide.verdicts import Abort, Accept, Reject, Repeated, Wait
from segue.model.errors import StaleFence
from segue.model.states import (
    FINAL_KINDS,
    STATE_TYPES,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
    StateFields,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def of(kind: str, **fields: object) -> State:
    extra = {"at": NOW - timedelta(seconds=1)} if kind == "SCHEDULED" else {}
    made: StateFields = STATE_TYPES[kind](
        **{"id": f"{kind}-0", "name": kind.capitalize(), "timestamp": NOW, **extra, **fields}  # type: ignore[arg-type]
    )
    return made  # type: ignore[return-value]


def run(kind: str, *, held: bool = True, fence: int = 1, **fields: object) -> RunSnapshot:
    state = of(kind, id="now", **fields)
    return RunSnapshot(state=state, fence=fence, held=held, history=[state])


def test_the_tables_name_every_state_and_only_states() -> None:
    for table in (FLOW_MOVES, TASK_MOVES):
        assert set(table) == set(STATE_TYPES)
        assert set().union(*table.values()) <= set(STATE_TYPES)
    assert {kind for kind in STATE_TYPES if is_final(kind)} == FINAL_KINDS
    assert not any(legal(end, any_) for end, any_ in product(FINAL_KINDS, STATE_TYPES))
    assert [pair for pair in product(FINAL_KINDS, STATE_TYPES) if legal_for_task(*pair)] == [("COMPLETED", "COMPLETED")]


@pytest.mark.parametrize(
    ("before", "after"), list(product(sorted(set(STATE_TYPES) - FINAL_KINDS), sorted(STATE_TYPES)))
)
def test_the_holder_makes_exactly_the_moves_of_the_table(before: str, after: str) -> None:
    answer = propose(run(before), Propose(state=of(after, name="Other"), fence=1), NOW)
    if after in FLOW_MOVES[before] or after in {"CANCELLING", "CANCELLED"}:
        assert isinstance(answer, Accept)
        assert answer.closes == (after in FINAL_KINDS)
    else:
        assert isinstance(answer, Reject | Abort)


@pytest.mark.parametrize(("before", "after"), list(product(sorted(FINAL_KINDS), sorted(STATE_TYPES))))
def test_nothing_but_a_retry_or_force_leaves_a_final_state(before: str, after: str) -> None:
    for fence in (None, 1):
        answer = propose(run(before, held=False), Propose(state=of(after), fence=fence), NOW)
        assert isinstance(answer, Reject | Abort)
        late = isinstance(answer, Abort) and answer.late
        assert late == (fence is not None and after in FINAL_KINDS)
        assert isinstance(propose(run(before), Propose(state=of(after), fence=fence, force=True), NOW), Accept)
    retry = of("SCHEDULED", name="AwaitingRetry")
    assert isinstance(propose(run(before, held=False), Propose(state=retry), NOW), Accept)


def test_a_stale_fence_is_refused_and_a_late_end_is_kept_aside() -> None:
    with pytest.raises(StaleFence):
        propose(run("RUNNING", fence=2), Propose(state=of("COMPLETED"), fence=1), NOW)
    with pytest.raises(StaleFence):
        propose(run("FAILED", fence=2), Propose(state=of("RUNNING"), fence=1), NOW)
    assert propose(run("FAILED", fence=2), Propose(state=of("COMPLETED"), fence=1), NOW) == Abort(
        "The run is already in a final state, Failed.", late=True
    )


def test_a_proposal_made_before_gets_its_first_answer() -> None:
    state = of("RUNNING", id="x")
    known = RunSnapshot(state=state, fence=9, held=True, history=[of("PENDING"), state])
    assert propose(known, Propose(state=of("COMPLETED", id="x"), fence=1), NOW) == Repeated(state)


@pytest.mark.parametrize("before", sorted(set(STATE_TYPES) - FINAL_KINDS))
def test_a_cancel_asks_the_holder_and_is_at_once_where_there_is_none(before: str) -> None:
    for asked in ("CANCELLED", "CANCELLING"):
        free = propose(run(before, held=False), Propose(state=of(asked)), NOW)
        assert isinstance(free, Accept)
        assert isinstance(free.state, Cancelled)
        assert free.closes
        held = propose(run(before), Propose(state=of(asked)), NOW)
        if before == "CANCELLING":
            assert isinstance(held, Reject)
        else:
            assert isinstance(held, Accept)
            assert isinstance(held.state, Cancelling)
            assert (held.instead is None) == (asked == "CANCELLING")
        assert isinstance(propose(run(before), Propose(state=of(asked), fence=1), NOW), Accept)


def test_nobody_outside_says_what_a_held_run_does_but_resume_it() -> None:
    for before, after in product(("PENDING", "RUNNING", "SCHEDULED"), ("RUNNING", "COMPLETED", "FAILED", "SCHEDULED")):
        assert isinstance(propose(run(before), Propose(state=of(after)), NOW), Reject)
    for after in ("RUNNING", "SCHEDULED"):
        assert isinstance(propose(run("PAUSED"), Propose(state=of(after)), NOW), Accept)
    assert isinstance(propose(run("PAUSED"), Propose(state=of("COMPLETED")), NOW), Reject)


def test_a_run_scheduled_for_later_waits() -> None:
    later = NOW + timedelta(seconds=1)
    waiting = run("SCHEDULED", held=False, at=later)
    assert propose(waiting, Propose(state=of("RUNNING")), NOW) == Wait(later, "It is scheduled for later.")
    assert isinstance(propose(waiting, Propose(state=of("RUNNING")), later), Accept)


def test_two_processes_do_not_prepare_one_run() -> None:
    assert isinstance(propose(run("PENDING", held=False), Propose(state=of("PENDING")), NOW), Abort)
    named = propose(run("PENDING", held=False), Propose(state=of("PENDING", name="Submitting")), NOW)
    assert isinstance(named, Accept)


def test_a_pause_fires_once_in_an_attempt() -> None:
    paused = of("PAUSED", key="k")
    suspended = of("PAUSED", key="s", reschedule=True)
    running = of("RUNNING")
    assert fired_pauses([running, paused, running]) == {"k"}
    # A suspended run starts again from the top, with the answers of its pauses; a pause that was never answered is asked again.
    again = [of("SCHEDULED", name="Resuming"), of("PENDING"), running]
    assert fired_pauses([running, paused, running, suspended, *again]) == {"k", "s"}
    assert fired_pauses([running, paused, *again]) == frozenset()
    assert fired_pauses([running, suspended, of("SCHEDULED", name="AwaitingRetry"), running]) == frozenset()
    assert fired_pauses([running, suspended, of("FAILED"), running]) == frozenset()
    here = RunSnapshot(state=running, fence=1, held=True, history=[paused, running])
    assert propose(here, Propose(state=of("PAUSED", id="p", key="k"), fence=1), NOW) == Reject(
        "This pause has already fired."
    )


def test_only_runs_of_deployments_are_suspended_also_from_outside_while_they_run() -> None:
    to = of("PAUSED", key="s", reschedule=True)
    refused = propose(run("RUNNING"), Propose(state=to, fence=1), NOW)
    assert isinstance(refused, Reject)
    assert "without a deployment" in refused.reason
    mine = RunSnapshot(state=of("RUNNING"), fence=1, held=True, deployed=True)
    for fence in (1, None):
        assert propose(mine, Propose(state=to, fence=fence), NOW) == Accept(to)
    waiting = RunSnapshot(state=of("SCHEDULED", at=NOW), fence=0, held=False, deployed=True)
    assert isinstance(propose(waiting, Propose(state=to), NOW), Reject)
    # Until it has heard of it the holder may end the run, but not go on with it.
    gone = RunSnapshot(state=to, fence=1, held=True, deployed=True)
    for on in (of("RUNNING"), of("SCHEDULED", name="AwaitingRetry", at=NOW)):
        assert isinstance(propose(gone, Propose(state=on, fence=1), NOW), Reject)
    assert isinstance(propose(gone, Propose(state=of("COMPLETED"), fence=1), NOW), Accept)
    assert isinstance(propose(gone, Propose(state=of("SCHEDULED", name="Resuming", at=NOW)), NOW), Accept)


def test_a_pause_past_its_time_ends_as_a_failure() -> None:
    late = propose(run("PAUSED", until=NOW - timedelta(seconds=1)), Propose(state=of("RUNNING")), NOW)
    assert isinstance(late, Accept)
    assert isinstance(late.state, Failed)
    assert late.closes
    assert isinstance(propose(run("PAUSED", until=NOW), Propose(state=of("RUNNING")), NOW), Accept)


def test_children_end_as_their_parent_says() -> None:
    child = of("RUNNING")
    for end, kind in ((Failed, Crashed), (Crashed, Crashed), (Completed, Crashed), (Cancelled, Cancelled)):
        parent: State = end(id="p", name=end.kind.capitalize(), timestamp=NOW)
        closed = closing_state(parent, "brave-otter", child, id="c")
        assert isinstance(closed, kind)
        assert "brave-otter" in (closed.message or "")


def test_a_lost_run_crashed_unless_it_had_been_asked_to_stop() -> None:
    asked = lost_state(of("CANCELLING"), pid=7, host="h", now=NOW, id="x")
    crashed = lost_state(of("RUNNING"), pid=7, host="h", now=NOW, id="x")
    assert isinstance(asked, Cancelled)
    assert isinstance(crashed, Crashed)
    assert "Process 7 on h" in (crashed.message or "")


def test_task_runs_are_moved_from_outside_only_when_free_or_forced() -> None:
    assert isinstance(propose_for_task(of("RUNNING"), of("COMPLETED"), held=True, force=False), Reject)
    assert isinstance(propose_for_task(of("RUNNING"), of("COMPLETED"), held=False, force=False), Accept)
    assert isinstance(propose_for_task(of("FAILED"), of("RUNNING"), held=False, force=False), Reject)
    assert isinstance(propose_for_task(of("FAILED"), of("RUNNING"), held=True, force=True), Accept)


def test_timing_counts_only_time_spent_running() -> None:
    def at(seconds: float) -> datetime:
        return NOW + timedelta(seconds=seconds)

    timing = entered_all(
        [
            Scheduled(id="1", name="Scheduled", timestamp=at(0), at=at(0)),
            Pending(id="2", name="Pending", timestamp=at(1)),
            Running(id="3", name="Running", timestamp=at(2)),
            Paused(id="4", name="Paused", timestamp=at(5)),
            Running(id="5", name="Running", timestamp=at(9)),
            Completed(id="6", name="Completed", timestamp=at(9.5)),
        ]
    )
    assert timing == Timing(run_count=2, start_time=at(2), end_time=at(9.5), total_run_time=3.5)
    again = timing.entered(of("COMPLETED"), Running(id="7", name="Retrying", timestamp=at(20)))
    assert (again.end_time, again.run_count, again.start_time) == (None, 3, at(2))
    # A clock that was set back does not take time away.
    back = Timing().entered(Running(id="8", name="R", timestamp=at(5)), Completed(id="9", name="C", timestamp=at(1)))
    assert back.total_run_time == 0.0
