"""A room with something deployed in it: flows in a file, a work pool, and workers that run them in real processes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.cli.desk import SEGUE
from tests.e2e.ui.room import Room

FLOWS = """
    import pathlib
    from segue import flow, task

    @task
    def step(n: int) -> int:
        return n

    @flow(log_prints=True)
    def load(region: str, rows: int = 10) -> None:
        print(f"loading {rows} rows of {region}")
        while region == "slow" and not pathlib.Path("go").exists():
            pass
        step(rows)
        print("loaded")
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "region": {"title": "Region", "type": "string"},
        "rows": {"title": "Rows", "type": "integer", "minimum": 1, "default": 10},
    },
    "required": ["region"],
}


def call(room: Room, method: str, path: str, body: object = None) -> dict[str, object]:
    """Call the API, as a program would; the answer must be one."""
    data = () if body is None else ("--data", json.dumps(body))
    done = room.desk.segue("api", method, path, *data)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout or "{}"))


def deploy(room: Room, name: str, **facts: object) -> str:
    """Make a deployment of `load`, and return its id."""
    body = {
        "name": name, "flow_name": "load", "entrypoint": "flows.py:load", "path": str(room.desk.folder),
        "parameter_openapi_schema": SCHEMA, "work_pool_name": "here", **facts,
    }  # fmt: skip
    return str(call(room, "POST", "/deployments", body)["id"])


def schedule(room: Room, deployment: str, slug: str, cron: str = "30 6 * * *", **facts: object) -> None:
    """Give a deployment a schedule."""
    new = {"rule": {"type": "cron", "cron": cron, "timezone": "Europe/Berlin"}, "slug": slug, **facts}
    call(room, "POST", f"/deployments/{deployment}/schedules", {"schedules": [new]})


def start_worker(room: Room, name: str) -> subprocess.Popen[str]:
    """Start a worker, and wait until it is there."""
    worker = room.desk.start(SEGUE, "worker", "start", "--pool", "here", "--name", name)
    room.desk.wait_for(
        lambda: name in [each["name"] for each in room.desk.items("worker", "ls", "--state", "online")], "the worker"
    )
    return worker


@contextmanager
def furnished(room: Room) -> Iterator[Room]:
    """Put a pool, a worker and a deployment into the room."""
    room.desk.write("flows.py", FLOWS)
    call(room, "POST", "/work-pools", {"name": "here"})
    deploy(room, "nightly")
    worker = start_worker(room, "ann")
    yield room
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)
