"""What a person is told about a run, from facts alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from segue.cli.cache import differing
from segue.cli.cells import Cell
from segue.cli.failures import who
from segue.cli.flow_run_facts import Facts, culprit
from segue.cli.flow_run_report import report
from segue.decide.waiting import Waiting, gates
from segue.model.runs import CacheFacts, FlowRun, InputHash, StateRow, TaskRun
from segue.model.states import (
    Actor,
    Cancelling,
    Completed,
    ErrorInfo,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    State,
)
from segue.model.waiting import Keeper
from segue.wire.requests import Holder

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
THEN = NOW - timedelta(seconds=30)
ANN = Actor(kind="user", name="ann", means="cli")
HERE = Holder(host="here", boot="b", pid_namespace="n", pid=42, started="1")


def run_in(state: State, **more: object) -> FlowRun:
    facts: dict[str, object] = {
        "id": "f1", "flow_id": "f", "flow_name": "etl", "name": "amber", "state": state, "created": THEN, "updated": THEN,
    }  # fmt: skip
    return FlowRun(**{**facts, **more})  # type: ignore[arg-type]  # facts of a test


def told(state: State, holder: Holder | None = None, schema: dict[str, object] | None = None, **more: object) -> str:
    process = None if holder is None else Keeper(type="process", name=holder.host, id=str(holder.pid))
    facts = Facts(
        run=run_in(state, **more), history=[StateRow(seq=1, run_id="f1", state=state)], task_runs={}, subflows=[], logs=0,
        holder=holder, holder_lives=True, gates=gates(Waiting(state=state, process=process, schema=schema), NOW),
    )  # fmt: skip
    return "\n".join("".join(cell.text for cell in line) for line in report(facts, NOW))


@pytest.mark.parametrize(
    ("state", "holder", "words"),
    [
        (
            Scheduled(id="1", name="Scheduled", timestamp=THEN, at=NOW + timedelta(hours=2)),
            None,
            "its time, in 2 hours",
        ),
        (Scheduled(id="1", name="Late", timestamp=THEN, at=THEN), None, "somebody to start it"),
        (
            Scheduled(id="1", name="AwaitingRetry", timestamp=THEN, at=NOW + timedelta(seconds=5)),
            HERE,
            "its next attempt, in 5 seconds",
        ),
        (Pending(id="1", name="Pending", timestamp=THEN), None, "somebody to start it: no process holds it"),
        (Pending(id="1", name="Pending", timestamp=THEN), HERE, "its process to begin"),
        (
            Paused(id="1", name="Paused", timestamp=THEN, until=NOW + timedelta(minutes=3)),
            HERE,
            "somebody to resume it; the pause ends as a failure in 3 minutes",
        ),
        (
            Cancelling(id="1", name="Cancelling", timestamp=THEN, actor=ANN),
            HERE,
            "process 42 on here to stop; it was asked 30 seconds ago",
        ),
    ],
)
def test_a_run_that_does_not_run_says_what_it_waits_for(state: State, holder: Holder | None, words: str) -> None:
    assert f"Waits for   {words}" in told(state, holder)


def test_a_run_that_runs_or_is_over_waits_for_nothing() -> None:
    assert "Waits for" not in told(Running(id="1", name="Running", timestamp=THEN), HERE, start_time=THEN)
    assert "Waits for" not in told(Completed(id="1", name="Completed", timestamp=THEN))


def test_the_input_that_is_asked_for_is_named() -> None:
    fields = {"ok": {"type": "boolean"}, "note": {"type": "string"}}
    schema: dict[str, object] = {"properties": fields, "required": ["ok"]}
    text = told(Paused(id="1", name="Paused", timestamp=THEN), HERE, schema)
    assert "ok: boolean (required)" in text
    assert "note: string" in text
    assert "segue flow-run resume amber -p KEY=VALUE" in text


def test_who_did_it_is_named_in_the_state_and_in_the_history() -> None:
    text = told(Cancelling(id="1", name="Cancelling", timestamp=THEN, actor=ANN, message="wrong day"), HERE)
    assert "30 seconds ago, by ann (cli)" in text
    assert "wrong day" in text
    assert "Cancelling  by ann (cli)" in text
    assert (who(None), who(Actor(kind="system", name="reaper"))) == ("", "the reaper")


def test_the_failing_task_is_the_one_whose_error_became_the_flows() -> None:
    def failed(message: str, id: str) -> TaskRun:
        error = ErrorInfo(type="ValueError", message=message, file="a.py", line=3)
        state = Failed(id=id, name="Failed", timestamp=THEN, error=error)
        return TaskRun(
            id=id, name=f"step-{id}", task_name="step", task_key="step", state=state, created=THEN, updated=THEN
        )

    one, other = failed("one", "1"), failed("other", "2")
    facts = Facts(run=run_in(one.state), history=[], task_runs={}, subflows=[], logs=0, failed=[other, one])
    assert culprit(facts) is one
    assert culprit(Facts(run=run_in(one.state), history=[], task_runs={}, subflows=[], logs=0)) is None


def test_a_cell_is_plain_text_unless_told_otherwise() -> None:
    assert Cell("x").look == ""


def test_parts_and_inputs_that_differ() -> None:
    def facts(source: str, **inputs: str | None) -> CacheFacts:
        hashes = [InputHash(name=name, hash=value) for name, value in inputs.items()]
        return CacheFacts(key="k", policy="p", parts={"task source": source}, inputs=hashes)

    assert differing(facts("a", x="1", y="2"), facts("a", x="1", y="3")) == ([], ["y"])
    assert differing(facts("a", x="1"), facts("b", x="1", z="9")) == (["task source"], ["z"])
    # What cannot be hashed is never known to be the same.
    assert differing(facts("a", x=None), facts("a", x=None)) == ([], ["x"])
