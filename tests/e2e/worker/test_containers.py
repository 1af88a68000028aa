"""A docker worker on a real engine: each run is a container, and how that ended is told as what it was."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

import segue
from segue.model.states import Cancelled, Cancelling, Completed, Crashed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.requests import Proposal
from segue.worker.docker_api import Engine
from tests import engines
from tests.conformance.making import state
from tests.debian import program
from tests.e2e.worker.conftest import Yard
from tests.engines import IMAGE


@pytest.fixture(scope="module")
def podman(need: Callable[[str, object], None]) -> Iterator[str]:
    need("podman", program("podman", "podman") and program("runc", "runc"))
    with _below(engines.podman) as url:
        yield url


@pytest.fixture(scope="module", params=["podman", "docker"])
def engine(request: pytest.FixtureRequest, need: Callable[[str, object], None]) -> Iterator[str]:
    if request.param == "podman":
        yield request.getfixturevalue("podman")
        return
    need("docker", program("dockerd", "docker.io") and program("docker", "docker.io"))
    with _below(engines.docker) as url:
        yield url


@contextmanager
def _below(run: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    # Not pytest's own folder: the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="segue-engine-"))
    try:
        with run(folder) as url:
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


def containers(url: str) -> list[dict[str, Any]]:
    """The containers that are there, whatever became of them."""
    found: list[dict[str, Any]] = Engine(url).ask("GET", "/containers/json", all="true")
    return found


def test_runs_are_containers_whose_end_is_told(yard: Yard, engine: str) -> None:
    # Another test may have left its own on this engine.
    before = {each["Id"] for each in containers(engine)}
    worker = yard.type_worker(engine)
    deployment = yard.until_deployed("hello", job_variables=inside(yard))
    over = yard.until_over(yard.ask(deployment, n=4))
    assert isinstance(over.state, Completed), over.state.message
    (kept,) = (each for each in containers(engine) if each["Id"] not in before)
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
    # What podman tells of such an end is the signal alone.
    told = "It ran out of memory." if "docker.sock" in engine else "SIGKILL"
    assert told in (eaten.state.message or "")
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
    assert {each["Id"] for each in containers(engine)} - before == {kept["Id"]}


def test_a_container_is_made_as_its_job_variables_say(yard: Yard, engine: str) -> None:
    before = {each["Id"] for each in containers(engine)}
    worker = yard.type_worker(engine)
    facts = inside(yard)
    # A network by its name instead of a mode, half a core, another command, and an image that no registry has but this engine.
    del facts["network_mode"]
    facts |= {
        "networks": ["host"], "cpus": 0.5, "mem_limit": "512m", "image_pull_policy": "IfPossible", "name": "by-the-book",
        "command": "sh -c 'echo the shell speaks; echo it complains >&2; exec python -m segue.executing'",
    }  # fmt: skip
    over = yard.until_over(yard.ask(yard.until_deployed("hello", job_variables=facts)))
    assert isinstance(over.state, Completed), over.state.message
    (kept,) = (each for each in containers(engine) if each["Id"] not in before)
    found = Engine(engine).ask("GET", f"/containers/{kept['Id']}/json")
    host = found["HostConfig"]
    assert (host["NanoCpus"], host["Memory"], host["NetworkMode"]) == (500_000_000, 512 << 20, "host")
    assert found["Name"].startswith("/by-the-book")
    lost = yard.until_over(
        yard.ask(yard.deploy("hello", name="lost", job_variables=facts | {"image_pull_policy": "Always"}))
    )
    assert isinstance(lost.state, Crashed)
    assert f"its image {IMAGE} cannot be pulled. The container engine refused this: " in (lost.state.message or "")
    worker.send_signal(signal.SIGTERM)
    out, complained = worker.communicate(timeout=30)
    # What the container says on either stream is seen where its worker runs.
    assert "the shell speaks" in out
    assert "it complains" in complained


def test_a_container_whose_engine_is_away_is_cancelling_until_it_is_stopped(yard: Yard, engine: str) -> None:
    socket = Path(engine.removeprefix("unix://"))
    worker = yard.type_worker(engine)
    mark = yard.folder / "mark"
    id = yard.ask(yard.until_deployed("stubborn", job_variables={**inside(yard), "auto_remove": True}), mark=str(mark))
    yard.wait_for(mark.exists, "the container")
    away = socket.rename(socket.with_name("away"))
    try:
        yard.backend.call(op.FLOW_RUN_PROPOSE, Proposal(id=id, state=state(Cancelling, message="enough.")))
        yard.wait_for(lambda: "cannot be stopped" in (yard.read(id).state.message or ""), "the state to say so")
        told = yard.read(id).state
        why = f"The container engine at {engine} cannot be used: [Errno 2] No such file or directory."
        assert told.message == f"enough. It cannot be stopped, and it is tried again until it can: {why}"
        assert told.kind == "CANCELLING"
    finally:
        away.rename(socket)
    assert isinstance(yard.until_over(id).state, Cancelled)
    yard.stop(worker)


def test_a_flow_is_deployed_in_an_image_that_is_built_for_it(yard: Yard, podman: str) -> None:
    folder = Path(podman.removeprefix("unix://")).parent
    yard.more = {
        "CONTAINERS_CONF": str(folder / "containers.conf"), "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        # Podman's API does not speak the newer protocol of builds.
        "DOCKER_BUILDKIT": "0", "DOCKER_HOST": podman,
    }  # fmt: skip
    assert yard.segue("work-pool", "create", "here", "--type", "docker").returncode == 0
    yard.write("Dockerfile", f"FROM {IMAGE}\nARG WHO\nENV WHO=$WHO\nCOPY flows.py /code/flows.py\nWORKDIR /code\n")
    yard.write(
        "deploying.py",
        f"""
        import sys
        from flows import hello
        from segue.docker import DockerImage, ImageFailed

        image = DockerImage("localhost/segue-test-etl", tag=sys.argv[1], dockerfile="Dockerfile", buildargs={{"WHO": "ann"}})
        variables = {dict(inside(yard), image=None)!r}
        print(hello.deploy("boxed", work_pool_name="here", image=image, push=False, job_variables=variables))
        try:
            DockerImage("localhost:1/segue-test-etl", tag="1").push()
        except ImageFailed as problem:
            print(problem)
        """,
    )
    done = yard.python("deploying.py", "1")
    assert done.returncode == 0, done.stderr
    assert "Deployed hello/boxed to work pool here." in done.stdout
    assert "push of localhost:1/segue-test-etl:1 failed" in done.stdout
    found = yard.json("deployment", "inspect", "hello/boxed")
    assert isinstance(found, dict)
    assert (found["job_variables"]["image"], found["entrypoint"]) == ("localhost/segue-test-etl:1", "flows.py:hello")
    yard.type_worker(podman)
    made = yard.json("deployment", "run", "hello/boxed", "-p", "n=2")
    assert isinstance(made, dict)
    over = yard.until_over(str(made["id"]))
    assert isinstance(over.state, Completed), over.state.message
    lines = yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[over.id])).items
    assert any("hello 2 from /code" in each.message for each in lines)
