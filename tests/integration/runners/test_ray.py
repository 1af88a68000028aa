"""What RayTaskRunner offers beside the contract: the resources of single tasks."""

from __future__ import annotations

from pathlib import Path

import pytest
import ray

from segue import flow, task
from segue.engine.lives import current_flow
from segue.ray import RayTaskRunner, remote_options
from tests.integration.runners import bodies
from tests.integration.runners.test_contract import until


def lose_the_mailbox() -> None:
    life = current_flow.get()
    assert life is not None
    runner = life.extra["task_runner"]
    assert isinstance(runner, RayTaskRunner)
    ray.kill(runner._mailbox)


@task
def resources() -> dict[str, float]:
    return dict(ray.get_runtime_context().get_assigned_resources())


@pytest.mark.usefixtures("ray_here")
def test_tasks_ask_for_what_they_need(home: Path) -> None:
    @flow(task_runner=RayTaskRunner())
    def calls() -> list[float]:
        usual = resources.submit()
        with remote_options(num_cpus=2):
            more = resources.submit()
            with remote_options(num_cpus=0.5):
                less = resources.submit()
        return [each.result().get("CPU", 0.0) for each in (usual, more, less)]

    assert calls() == [1.0, 2.0, 0.5]


@pytest.mark.usefixtures("ray_here")
def test_calls_that_waited_and_then_cannot_be_sent_fail(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise ConnectionError("the cluster is gone")

    @flow(task_runner=RayTaskRunner())
    def calls() -> set[str]:
        # The first go singly; what waits until they are back is sent together.
        futures = bodies.add.map(range(100))
        futures.wait(timeout=60)
        return {each.state.message or "" for each in futures if not each.state.is_completed()}

    monkeypatch.setattr(RayTaskRunner, "_send_several", gone)
    assert calls() == {"Task run encountered an exception ConnectionError: the cluster is gone"}


@pytest.mark.usefixtures("ray_here")
def test_a_lost_mailbox_leaves_nobody_waiting(home: Path, tmp_path: Path) -> None:
    @flow(task_runner=RayTaskRunner())
    def calls() -> tuple[int, str]:
        again = bodies.seldom_long.with_options(retries=1).submit(str(tmp_path), 1077)
        once = bodies.seldom_long.submit(str(tmp_path), 1077)
        futures = [again, once]
        until(lambda: [each.state.name for each in futures] == ["Running"] * 2)
        lose_the_mailbox()
        once.wait(timeout=60)
        (tmp_path / "go").touch()
        assert again.result(timeout=60) == 1077
        return again.life.run_count, once.state.name

    assert calls() == (2, "Crashed")
