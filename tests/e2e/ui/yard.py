"""A room with something deployed in it: flows in a file, a work pool, and workers that run them in real processes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.cli.desk import SEGUE, Desk
from tests.e2e.ui.room import Room

FLOWS = """
    import pathlib
    import time
    from segue import flow, task

    @task
    def step(n: int) -> int:
        return n

    @flow(log_prints=True)
    def load(region: str, rows: int = 10) -> None:
        print(f"loading {rows} rows of {region}")
        while region in {"slow", "stepwise"} and not pathlib.Path("go").exists():
            if region == "stepwise":
                step(0)
            time.sleep(0.02)
        if region == "south":
            raise ValueError("the sheet of the south ends at row 12")
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


def call(desk: Desk, method: str, path: str, body: object = None) -> dict[str, object]:
    """Call the API, as a program would; the answer must be one."""
    data = () if body is None else ("--data", json.dumps(body))
    done = desk.segue("api", method, path, *data)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout or "{}"))


def deploy(desk: Desk, name: str, **facts: object) -> str:
    """Make a deployment of `load`, and return its id."""
    body = {
        "name": name, "flow_name": "load", "entrypoint": "flows.py:load", "path": str(desk.folder),
        "parameter_openapi_schema": SCHEMA, "work_pool_name": "here", **facts,
    }  # fmt: skip
    return str(call(desk, "POST", "/deployments", body)["id"])


def webhook(desk: Desk, name: str, url: str) -> str:
    """Save a webhook, as a person does, and return its id."""
    done = desk.segue("block", "create", "webhook", name, "-p", f"url={url}")
    assert done.returncode == 0, done.stderr
    found = desk.json("block", "inspect", f"webhook/{name}")
    assert isinstance(found, dict)
    return str(found["id"])


def schedule(desk: Desk, deployment: str, slug: str, cron: str = "30 6 * * *", **facts: object) -> None:
    """Give a deployment a schedule."""
    new = {"rule": {"type": "cron", "cron": cron, "timezone": "Europe/Berlin"}, "slug": slug, **facts}
    call(desk, "POST", f"/deployments/{deployment}/schedules", {"schedules": [new]})


def schedules(desk: Desk, deployment: str) -> list[dict[str, object]]:
    """Return the schedules that a deployment has."""
    items = call(desk, "GET", f"/deployments/{deployment}/schedules")["items"]
    assert isinstance(items, list)
    return items


def start_worker(desk: Desk, name: str) -> subprocess.Popen[str]:
    """Start a worker, and wait until it is there."""
    worker = desk.start(SEGUE, "worker", "start", "--pool", "here", "--name", name)
    desk.wait_for(
        lambda: name in [each["name"] for each in desk.items("worker", "ls", "--state", "online")], "the worker"
    )
    return worker


def retype(room: Room, field: str, text: str) -> None:
    """Type over what stands in a field."""
    room.browser.until(f"!!document.querySelector({json.dumps(field)})")
    room.browser.run(f"document.querySelector({json.dumps(field)}).select()")
    room.type(field, text)


@contextmanager
def furnished(room: Room) -> Iterator[Room]:
    """Put a pool, a worker and a deployment into the room."""
    room.desk.write("flows.py", FLOWS)
    call(room.desk, "POST", "/work-pools", {"name": "here"})
    deploy(room.desk, "nightly")
    worker = start_worker(room.desk, "ann")
    yield room
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)
