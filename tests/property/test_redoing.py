"""Laws of a retry from elsewhere, for every record of attempts and every line of choices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from segue.decide.redoing import Cut, Recorded, is_stale, redo
from segue.model.runs import CacheFacts, TaskRun
from segue.model.states import Completed, Crashed, ResultRef

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)

#: An attempt: how far a sequence of five calls got, and by how many seconds the clock of its machine is off.
attempts = st.lists(st.tuples(st.integers(0, 5), st.integers(-1000, 1000)), min_size=1, max_size=4)


def recorded(made: list[tuple[int, int]], *, durable: bool) -> list[Recorded]:
    """Return what attempts at a sequence of calls leave: each makes the calls in order, as far as it gets."""
    rows = []
    for attempt, (reach, skew) in enumerate(made, 1):
        for place in range(reach):
            at = BEGAN + timedelta(hours=attempt, seconds=place + skew)
            last = place == reach - 1 and reach < 5
            state = (
                Crashed(id="s", name="Crashed", timestamp=at)
                if last
                else Completed(id="s", name="Completed", timestamp=at, result=ResultRef(storage="x", key="k"))
            )
            rows.append(
                Recorded(
                    TaskRun(
                        id=f"{attempt}.{place}", name=f"c{place}", task_name="c", task_key="c", state=state, created=at, updated=at,
                        flow_run_id="run", step=f"s{place}:0.{place}:" if durable else None,
                        cache=CacheFacts(key=f"k{place}"), upstream={} if place == 0 else {"x": [f"{attempt}.{place - 1}"]},
                    ),
                    attempt,
                )
            )  # fmt: skip
    return rows


@given(made=attempts, durable=st.booleans(), data=st.data())
def test_laws(made: list[tuple[int, int]], durable: bool, data: st.DataObject) -> None:
    rows = recorded(made, durable=durable)
    ids = [each.run.id for each in rows]
    choices = st.lists(st.tuples(st.integers(1, len(made)), st.none() | st.sampled_from([*ids, "gone"])), max_size=3)
    line = [Cut(attempt, task) for attempt, task in sorted(data.draw(choices), key=lambda each: each[0])]
    line = [cut for cut in line if cut.task is None or not cut.task[0].isdigit() or int(cut.task[0]) <= cut.attempts]
    void: frozenset[str] = frozenset()
    for upto, cut in enumerate(line, 1):
        told = redo(rows, line[:upto])
        assert void <= told.void, "what was given up stays given up"
        void = told.void
        before = [each for each in rows if each.attempt <= cut.attempts]
        assert all(each.attempt <= cut.attempts for each in rows if each.run.id in redo(rows, [cut]).void)
        if cut.task not in ids:
            assert {each.run.id for each in before} <= void
            continue
        place = int(str(cut.task).split(".")[1])
        for each in before:
            mine = int(each.run.id.split(".")[1])
            if mine >= place:
                assert each.run.id in void, "the chosen call, whatever depends on it and whatever came later"
        alone = redo(rows, [cut])
        assert not any(int(id.split(".")[1]) < place for id in alone.void), "what came before is kept"
    told = redo(rows, line)
    for place in range(5):
        kept = [each for each in rows if each.run.cache and each.run.cache.key == f"k{place}"]
        done = [each for each in kept if isinstance(each.run.state, Completed) and each.run.id not in told.void]
        if kept:
            given_up = told.all_keys or any(each.run.id in told.void for each in kept)
            assert is_stale(told, f"k{place}") == (given_up and not done)
