"""A docker worker on a real engine: each run is a container, and how that ended is told as what it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

import segue
from segue.model.states import Cancelled, Cancelling, Completed, Crashed
from segue.wire import operations as op
from segue.wire.requests import Proposal
from segue.worker.docker_api import Engine
from tests.conformance.making import state
from tests.debian import program
from tests.e2e.worker.conftest import Yard
from tests.engines import IMAGE, engine


@pytest.fixture(scope="module")
def podman(need: Callable[[str, object], None]) -> Iterator[str]:
    need("podman", program("podman", "podman") and program("runc", "runc"))
    folder = Path(tempfile.mkdtemp(prefix="segue-podman-"))
    try:
        with engine(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def inside(yard: Yard) -> dict[str, object]:
    """The image has Python alone: Segue and what it stands on are mounted, as is the flow's code."""
    source = Path(segue.__file__).parent.parent
    packages = Path(msgspec.__path__[0]).parent
    return {
        "image": IMAGE,
        "network_mode": "host",
        "volumes": [f"{source}:/segue:ro", f"{packages}:/packages:ro", f"{yard.folder}:{yard.folder}"],
        "env": {"PYTHONPATH": "/segue:/packages", "GREETING": "from a container", "SEGUE_HOME": "/tmp/segue"},
        "labels": {"study": "blue"},
    }


def test_runs_are_containers_whose_end_is_told(yard: Yard, podman: str) -> None:
    worker = yard.type_worker(podman)
    deployment = yard.until_deployed("hello", job_variables=inside(yard))
    over = yard.until_over(yard.ask(deployment, n=4))
    assert isinstance(over.state, Completed), over.state.message
    (kept,) = Engine(podman).ask("GET", "/containers/json", all="true")
    assert kept["Labels"]["study"] == "blue"
    assert kept["Labels"]["io.segue.flow-run-id"] == over.id
    left = yard.until_over(yard.ask(yard.deploy("leaves", job_variables={**inside(yard), "auto_remove": True}), code=3))
    assert isinstance(left.state, Crashed)
    assert left.state.message == "Its process ended with exit code 3."
    eats = yard.deploy(
        "eats", job_variables={**inside(yard), "auto_remove": True, "mem_limit": "120m", "memswap_limit": "120m"}
    )
    eaten = yard.until_over(yard.ask(eats))
    assert isinstance(eaten.state, Crashed)
    assert "SIGKILL" in (eaten.state.message or "")
    gone = yard.until_over(
        yard.ask(
            yard.deploy(
                "hello", name="gone", job_variables={"image": "localhost/nothing:1", "image_pull_policy": "Never"}
            )
        )
    )
    assert isinstance(gone.state, Crashed)
    assert "no image localhost/nothing:1 here" in (gone.state.message or "")
    mark = yard.folder / "mark"
    id = yard.ask(yard.deploy("stubborn", job_variables={**inside(yard), "auto_remove": True}), mark=str(mark))
    yard.wait_for(lambda: mark.exists() and bool(mark.read_text()), "the run to be under way")
    yard.backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=id, state=state(Cancelling, message="enough")))
    assert isinstance(yard.until_over(id).state, Cancelled)
    yard.stop(worker)
    assert len(Engine(podman).ask("GET", "/containers/json", all="true")) == 1
