"""What a flow did is recorded as if it had run in one process, wherever its tasks ran and wherever it is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from segue import flow, get_client
from segue.client.schemas.objects import FlowRun, Log, State, TaskRun, TaskRunResult
from segue.client.schemas.sorting import LogSort
from segue.engine.session import forget
from segue.events.filters import EventFilter, EventNameFilter
from segue.host import config
from segue.task_runners import TaskRunner, ThreadPoolTaskRunner
from tests.integration.runners import bodies
from tests.integration.runners.test_contract import until
from tests.serving_process import ServerProcess

Runner = TaskRunner[Any]


@pytest.fixture(params=["here", "server"])
def recorded(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Record into the home of this process, or at a server that is a process of its own."""
    if request.param == "here":
        yield "here"
        return
    server = ServerProcess(tmp_path / "server")
    server.start()
    monkeypatch.setenv("SEGUE_API_URL", server.url)
    config.forget()
    forget()
    yield server.url
    forget()
    server.stop()
    assert "Traceback" not in server.said()


def shown(state: State[Any] | None) -> list[str | None]:
    """What a state says, without ids; where it ran differs, and is looked at elsewhere."""
    assert state is not None
    return [state.name, None if state.is_running() else re.sub(r"[0-9a-f-]{36}", "ID", state.message or "")]


class Told:
    """What is recorded of one flow run."""

    def __init__(self, of: UUID) -> None:
        with get_client(sync_client=True) as self.client:
            every = self.client.read_flow_runs()
            self.runs = {each.id: each for each in every if of in {each.id, each.root_flow_run_id}}
            self.tasks = {each.id: each for each in self.client.read_task_runs() if each.flow_run_id in self.runs}
            self.logs = all_logs(self.client)
            self.record: dict[str, Any] = {
                "flows": sorted(map(self._flow, self.runs.values()), key=repr),
                "tasks": sorted(map(self._task, self.tasks.values()), key=repr),
                "lines": sorted((self._name(each), self._lines(each)) for each in self.tasks.values()),
                "artifacts": [
                    [each.key, self._name(self.tasks[each.task_run_id or of])]
                    for each in self.client.read_artifacts() if each.flow_run_id in self.runs
                ],
                "events": self._events(),
            }  # fmt: skip

    def _name(self, run: TaskRun) -> str:
        # What a task calls is numbered where that task runs.
        return run.name if run.parent_task_run_id is None else run.name.rpartition("-")[0]

    def _flow(self, run: FlowRun) -> list[Any]:
        return [run.flow_name, [shown(state) for state in self.client.read_flow_run_states(run.id)], run.run_count]

    def _task(self, run: TaskRun) -> list[Any]:
        inputs = {
            name: [self._name(self.tasks[source.id]) for source in sources if isinstance(source, TaskRunResult)]
            for name, sources in run.task_inputs.items()
        }
        above = self.tasks[run.parent_task_run_id].name if run.parent_task_run_id is not None else None
        states = [shown(state) for state in self.client.read_task_run_states(run.id)]
        return [self._name(run), states, run.run_count, sorted(run.tags), inputs, above]

    def _lines(self, run: TaskRun) -> list[list[Any]]:
        return [[line.level, line.message] for line in self.logs if line.task_run_id == run.id]

    def _events(self) -> list[list[Any]]:
        events = self.client.read_events(EventFilter(event=EventNameFilter(prefix=["shop."]))).events
        ours = {f"segue.flow-run.{id}" for id in self.runs}
        return [[each.event, dict(each.resource)] for each in events if ours & {one.id for one in each.related}]


def all_logs(client: Any) -> list[Log]:
    found: list[Log] = client.read_logs(sort=LogSort.TIMESTAMP_ASC, limit=1000)
    return found


def latest() -> UUID:
    with get_client(sync_client=True) as client:
        return next(each.id for each in client.read_flow_runs() if each.parent_task_run_id is None)


def test_the_record_is_that_of_one_process(runner: Runner, recorded: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    expected = bodies.day.with_options(task_runner=ThreadPoolTaskRunner())(str(here))
    on_threads = Told(latest()).record
    assert bodies.day.with_options(task_runner=runner)(str(there)) == expected
    found = Told(latest()).record
    assert len(found["tasks"]) > 20
    assert ["counts-0", [[20, f"line {number}"] for number in range(20)]] in [list(each) for each in found["lines"]]
    for kind, rows in on_threads.items():
        assert found[kind] == rows, (kind, recorded)


def test_a_server_shows_a_long_task_running_and_its_lines_meanwhile(
    runner: Runner, recorded: str, tmp_path: Path
) -> None:
    def begun() -> bool:
        with get_client(sync_client=True) as client:
            return "it has begun" in [each.message for each in client.read_logs()]

    def state() -> State[Any]:
        with get_client(sync_client=True) as client:
            (run,) = client.read_task_runs()
        assert run.state is not None
        return run.state

    @flow(task_runner=runner)
    def calls() -> None:
        future = bodies.holds.submit(str(tmp_path))
        until(begun)
        assert state().is_running()
        (tmp_path / "go").touch()
        future.result()

    calls()
    assert state().is_completed()
