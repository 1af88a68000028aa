"""What a retry takes and what it does again: rules over every attempt that was made, whoever chose what before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from segue.decide.redoing import Cut, Recorded, begins, cuts, foreseen, is_stale, redo
from segue.model.redoing import REDO_FROM, START
from segue.model.runs import CacheFacts, FlowRun, TaskRun
from segue.model.states import Completed, Crashed, Failed, Pending, ResultRef, Running, Scheduled, State

NOW = datetime(2030, 1, 1, tzinfo=UTC)
KEPT = ResultRef(storage="local:/x", key="k")


@dataclass
class Book:
    """The record of one run, written call by call."""

    rows: list[Recorded]
    clock: datetime = NOW
    attempt: int = 0

    def begin(self) -> None:
        self.attempt += 1

    def call(self, name: str, *, kept: str = "step", end: str = "done", **facts: Any) -> str:
        self.clock += timedelta(seconds=1)
        id = f"{name}.{self.attempt}.{len(self.rows)}"
        result = KEPT if kept else None
        states: dict[str, State] = {
            "done": Completed(id="s", name="Completed", timestamp=self.clock, result=result),
            "failed": Failed(id="s", name="Failed", timestamp=self.clock, result=result),
            "open": Crashed(id="s", name="Crashed", timestamp=self.clock),
        }
        told: dict[str, Any] = {
            "id": id, "name": name, "task_name": name, "task_key": name, "created": self.clock, "updated": self.clock,
            "state": states[end], "flow_run_id": "run", "step": f"{name}:0.0:" if kept == "step" else None,
            "cache": CacheFacts(key=f"key-{name}", parts={"run id": "run"}) if kept == "key" else None, **facts,
        }  # fmt: skip
        task = TaskRun(**told)
        self.rows.append(Recorded(task, self.attempt))
        return id

    def void(self, *made: Cut) -> set[str]:
        void = redo(self.rows, made).void
        return {each.run.id for each in self.rows if each.run.id in void}

    def cut(self, task: str | None) -> Cut:
        return Cut(self.attempt, task)


@pytest.fixture
def book() -> Book:
    made = Book([])
    made.begin()
    return made


RUN = FlowRun(
    id="run", flow_id="f", flow_name="f", name="amber", created=NOW, updated=NOW,
    state=Failed(id="s", name="Failed", timestamp=NOW),
)  # fmt: skip


def told(book: Book, *made: Cut, history: Sequence[State] = ()) -> tuple[list[str], list[str]]:
    found = foreseen(RUN, history, book.rows, made, NOW)
    return [task.id for task in found.reused], [task.id for task in found.again]


def test_from_a_task_run_means_that_and_what_began_with_or_after_it(book: Book) -> None:
    a, b, c, d = (
        book.call(name, end=end) for name, end in (("a", "done"), ("b", "done"), ("c", "done"), ("d", "failed"))
    )
    history = [Failed(id="s", name="Failed", timestamp=book.clock)]
    assert told(book, history=history) == ([a, b, c], [d])
    assert told(book, book.cut(b), history=history) == ([a], [b, c, d])
    assert told(book, book.cut(None), history=history) == ([], [a, b, c, d])
    assert book.void(book.cut(b)) == {b, c, d}


def test_a_crash_goes_through_failures_again_and_a_failure_tries_them_again(book: Book) -> None:
    a, b = book.call("a"), book.call("b", end="failed")
    assert told(book) == ([a, b], [])
    assert told(book, history=[Failed(id="s", name="Failed", timestamp=book.clock)]) == ([a], [b])
    assert told(book, book.cut(b)) == ([a], [b])


def test_what_the_retry_did_counts_after_its_crash_and_what_it_was_told_to_redo_never_does(book: Book) -> None:
    a, b, c = (book.call(name) for name in "abc")
    first = book.cut(b)
    book.begin()
    book.call("a", end="done")
    again = book.call("b")
    assert book.void(first) == {b, c}
    reused, runs = told(book, first)
    assert (again in reused, c in runs) == (True, True)
    # Another choice adds to the first.
    assert book.void(first, book.cut(again)) == {b, c, again}
    assert a not in book.void(first, book.cut(again))
    assert len(book.void(first, book.cut(None))) == 5
    # Chosen though it had been given up already, and was not made again: there is nothing more to give up.
    assert book.void(first, book.cut(c)) == {b, c}


def test_a_call_is_known_in_all_attempts_by_its_name(book: Book) -> None:
    failed, a = book.call("c", kept="", end="failed"), book.call("a", kept="key")
    book.begin()
    retried = book.call("c", kept="")
    book.call("a", kept="key")
    later = redo(book.rows, [book.cut(retried)])
    assert (is_stale(later, "key-a"), failed in later.void, a in later.void) == (True, True, True)


def test_what_is_around_a_chosen_call_is_called_again_and_its_neighbours_are_not(book: Book) -> None:
    before = book.call("before")
    outer = book.call("outer", child_flow_run_id="sub")
    inside = book.call("inside", flow_run_id="sub")
    chosen = book.call("chosen", flow_run_id="sub")
    deeper = book.call("deeper", flow_run_id="sub", parent_task_run_id=chosen)
    assert book.void(book.cut(chosen)) == {outer, chosen, deeper}
    assert told(book, book.cut(chosen)) == ([before, inside], [outer])
    # What was done within a step that is reused goes with it.
    assert told(book)[0] == [before, outer]


def test_kept_results_are_made_anew_until_this_run_has_written_them(book: Book) -> None:
    book.call("a", kept="key")
    chosen = book.call("b", kept="key")
    first = book.cut(chosen)
    now = redo(book.rows, [first])
    assert [is_stale(now, f"key-{name}") for name in ("a", "b", "never")] == [False, True, False]
    whole = redo(book.rows, [book.cut(None)])
    assert [is_stale(whole, f"key-{name}") for name in ("a", "b", "never")] == [True, True, True]
    book.begin()
    book.call("b", kept="key", state=Completed(id="s", name="RolledBack", timestamp=NOW))
    assert is_stale(redo(book.rows, [first]), "key-b"), "what was rolled back was not kept"
    book.call("b", kept="key")
    assert not is_stale(redo(book.rows, [first]), "key-b")
    assert [is_stale(redo(book.rows, [Cut(1, None)]), f"key-{name}") for name in ("a", "b")] == [True, False]


def test_a_result_of_a_key_is_reused_as_long_as_it_lies_there(book: Book) -> None:
    kept = book.call("a", kept="key")
    past = Completed(id="s", name="Completed", timestamp=NOW, result=ResultRef(storage="x", key="k", expires=NOW))
    old, bare = book.call("b", kept="key", state=past), book.call("c", kept="")
    book.call("sub", kept="", child_flow_run_id="sub")
    elsewhere = book.call("d", kept="key", flow_run_id="sub")
    reused, again = told(book)
    # A subflow is another run when it is called again, and this key has its id in it.
    assert (reused, elsewhere in reused, {old, bare} <= set(again)) == ([kept], False, True)


def test_choices_and_attempts_are_read_from_the_history() -> None:
    def state(kind: type[Any], **details: object) -> State:
        more = {"at": NOW} if kind is Scheduled else {}
        made: State = kind(id="s", name=kind.kind, timestamp=NOW, details=details, **more)
        return made

    history = [
        state(Pending), state(Running), state(Failed),
        state(Scheduled, **{REDO_FROM: "t"}), state(Pending), state(Running), state(Crashed),
        # Begun again in its own process: no other attempt to go on from.
        state(Scheduled, restart=1), state(Pending), state(Running), state(Scheduled), state(Running), state(Failed),
        state(Pending, **{REDO_FROM: START}), state(Running),
    ]  # fmt: skip
    assert begins(history) == [1, 5, 9, 14]
    assert cuts(history) == [Cut(1, "t"), Cut(3, None)]
