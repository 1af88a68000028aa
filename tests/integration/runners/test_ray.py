"""What RayTaskRunner offers beside the contract: the resources of single tasks."""

from __future__ import annotations

from pathlib import Path

import pytest
import ray

from segue import flow, task
from segue.ray import RayTaskRunner, remote_options


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
