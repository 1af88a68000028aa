"""A server, and a desk at which workers are started and flows deployed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from segue.backend.open import connect_backend
from segue.backend.protocol import Backend
from segue.host.groups import marked
from segue.model.runs import FlowRun
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire.pools import POOL_LIST, WorkPoolQuery
from segue.wire.requests import ById
from tests.e2e.cli.desk import SEGUE, Desk
from tests.serving_process import ServerProcess

FLOWS = """
    import os, subprocess, sys, time
    from segue import flow, get_run_logger, task

    @task
    def double(n: int) -> int:
        return n * 2

    @flow
    def hello(n: int = 1) -> int:
        get_run_logger().info("hello %d from %s, key %s", n, os.getcwd(), os.environ.get("GREETING"))
        return double(n)

    @flow
    def stubborn(mark: str) -> None:
        child, away = (
            subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], start_new_session=new)
            for new in (False, True)
        )
        with open(mark, "w") as file:
            file.write(f"{os.getpid()} {child.pid} {away.pid}")
        while True:
            try:
                time.sleep(0.05)
            except BaseException:
                pass

    @flow
    def polite(mark: str) -> None:
        child = subprocess.Popen(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"])
        with open(mark, "w") as file:
            file.write(f"{os.getpid()} {child.pid}")
        while True:
            time.sleep(0.05)

    @flow
    def leaves(code: int) -> None:
        os._exit(code)

    @flow
    def eats() -> None:
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 20)))

    @flow
    def waits(mark: str, go: str) -> None:
        with open(mark, "a") as file:
            file.write(f"{os.getpid()}\\n")
        while not os.path.exists(go):
            time.sleep(0.02)
"""


class Yard(Desk):
    """A desk at which flows are deployed and workers started."""

    url = ""
    engine = ""
    #: What else the programs here find in their environment.
    more: dict[str, str] = {}
    _backend: Backend | None = None

    def surroundings(self) -> dict[str, str]:
        engine = {"DOCKER_HOST": self.engine} if self.engine else {}
        return super().surroundings() | {"SEGUE_API_URL": self.url} | engine | self.more

    @property
    def backend(self) -> Backend:
        if self._backend is None:
            self._backend = connect_backend(self.url, key=None, home=str(self.home))
        return self._backend

    def deploy(self, flow: str, *, pool: str | None = "here", **facts: Any) -> str:
        new = d.PutDeployment(
            **{
                "name": "d",
                "flow_name": flow,
                "entrypoint": f"flows.py:{flow}",
                "path": str(self.folder),
                "work_pool_name": pool,
            }
            | facts
        )
        return self.backend.call(d.DEPLOYMENT_PUT, new).id

    def ask(self, deployment: str, **parameters: object) -> str:
        new = d.NewRunOfDeployment(deployment_id=deployment, parameters=dict(parameters))
        return self.backend.call(d.DEPLOYMENT_RUN, new).id

    def read(self, id: str) -> FlowRun:
        return self.backend.call(op.FLOW_RUN_READ, ById(id))

    def until_over(self, id: str) -> FlowRun:
        self.wait_for(lambda: self.read(id).state.final, f"run {id} to be over")
        return self.read(id)

    def worker(self, *words: str) -> subprocess.Popen[str]:
        return self.start(SEGUE, "worker", "start", "--pool", "here", "--type", "process", "--name", "ann", *words)

    def type_worker(self, engine: str) -> subprocess.Popen[str]:
        """Start a worker of containers."""
        self.engine = engine
        return self.start(SEGUE, "worker", "start", "--pool", "here", "--type", "docker", "--name", "ann")

    def until_deployed(self, flow: str, **facts: Any) -> str:
        """Deploy a flow once the pool is there."""
        self.wait_for(lambda: bool(self.backend.call(POOL_LIST, WorkPoolQuery()).items), "the pool")
        return self.deploy(flow, **facts)

    def stop(self, process: subprocess.Popen[str]) -> str:
        """Ask a program to end, and return what it said."""
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
        return said


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    (tmp_path / "server").mkdir()
    server = ServerProcess(tmp_path / "server" / "home")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.said()


@pytest.fixture
def yard(tmp_path: Path, server: ServerProcess) -> Iterator[Yard]:
    (tmp_path / "yard").mkdir()
    yard = Yard(tmp_path / "yard")
    yard.url = server.url
    yard.write("flows.py", FLOWS)
    yield yard
    for pid in marked(f"SEGUE_HOME={yard.home}".encode()):
        # A run outlives its worker: one that a test leaves under way would keep the worker's pipes open.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    yard.leave()
    if yard._backend is not None:
        yard._backend.close()
