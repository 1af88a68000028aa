"""What a person sees and does about deployments, in a real browser, with a worker that runs them in real processes."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def yard(room: Room) -> Iterator[Room]:
    """The room, with a work pool, a worker and a deployment."""
    room.desk.write("flows.py", FLOWS)
    made = room.desk.segue("work-pool", "create", "here", "--type", "process")
    assert made.returncode == 0, made.stderr
    deploy(room, "nightly")
    worker = room.desk.start(SEGUE, "worker", "start", "--pool", "here", "--name", "ann")
    room.desk.wait_for(lambda: bool(room.desk.items("worker", "ls", "--state", "online")), "the worker")
    yield room
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=60)


def deploy(room: Room, name: str, **facts: object) -> str:
    """Make a deployment of `load`, and return its id."""
    body = {
        "name": name, "flow_name": "load", "entrypoint": "flows.py:load", "path": str(room.desk.folder),
        "parameter_openapi_schema": SCHEMA, "work_pool_name": "here", **facts,
    }  # fmt: skip
    done = room.desk.segue("api", "POST", "/deployments", "--data", json.dumps(body))
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


def test_nothing_deployed_yet_tells_the_first_step(empty_room: Room) -> None:
    empty_room.go("/deployments")
    empty_room.sees("No deployment yet")
    empty_room.sees("hello.serve(")
    assert empty_room.faults() == []


def test_a_deployment_is_run_from_its_form_and_watched_to_its_end(yard: Room) -> None:
    yard.go("/deployments")
    yard.press("nightly", "[data-deployment=nightly]")
    yard.sees("It has not run yet")
    yard.press("Run")
    yard.type("input[name=rows]", "7")
    yard.browser.click("section[role=dialog] .confirm")
    # What the flow takes is the server's to judge, and it says which value is wrong.
    yard.sees("The parameters do not fit deployment load/nightly: region is missing")
    yard.type("input[name=region]", "slow")
    yard.type("input[name=reason]", "to see it run")
    yard.browser.click("section[role=dialog] .confirm")
    yard.browser.until("location.pathname.includes('/flow-runs/')")
    yard.sees("rows of slow")
    yard.browser.until("document.querySelector('h1').innerText.includes('Running')")
    Path(yard.desk.folder / "go").touch()
    yard.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    yard.sees("loaded")
    run = str(yard.browser.run("document.querySelector('h1').innerText.split(/\\s/)[0]"))
    told = yard.desk.json("flow-run", "inspect", run)
    assert isinstance(told, dict)
    assert told["parameters"]["region"] == "slow"
    yard.go("/deployments")
    yard.browser.until(
        "[...document.querySelectorAll('[data-deployment=nightly] .strip-run')].some(each => each.ariaLabel.includes('Completed'))"
    )


def test_schedules_are_seen_paused_and_resumed(yard: Room) -> None:
    id = deploy(yard, "timed")
    rule = {"type": "cron", "cron": "30 6 * * *", "timezone": "Europe/Berlin"}
    body = {"schedules": [{"rule": rule, "slug": "mornings"}]}
    done = yard.desk.segue("api", "POST", f"/deployments/{id}/schedules", "--data", json.dumps(body))
    assert done.returncode == 0, done.stderr
    yard.go("/deployments?name=timed")
    yard.browser.until("document.querySelector('[data-deployment=timed]').innerText.includes('mornings')")
    yard.press("timed", "[data-deployment=timed]")
    yard.press("Schedules (1)")
    yard.browser.until("document.querySelectorAll('[data-schedule=mornings] time').length === 3")
    yard.browser.click("[data-schedule=mornings] input[type=checkbox]")
    yard.sees("mornings is paused.")
    yard.browser.until("document.querySelectorAll('[data-schedule=mornings] time').length === 0")
    yard.press("Pause")
    yard.confirm()
    yard.sees("its deployment is paused")
    listed = yard.desk.json("api", "GET", f"/deployments/{id}/schedules")
    assert isinstance(listed, dict)
    assert [each["active"] for each in listed["items"]] == [False]
    assert [each["paused"] for each in yard.desk.items("deployment", "ls") if each["name"] == "timed"] == [True]
    yard.press("Delete", "[data-schedule=mornings]")
    yard.confirm()
    yard.sees("No schedule")


def test_a_deployment_is_deleted(yard: Room) -> None:
    id = deploy(yard, "old")
    yard.go(f"/deployments/{id}?tab=what")
    yard.sees("flows.py:load")
    yard.press("Delete")
    yard.type("section[role=dialog] input", "not needed any more")
    yard.confirm()
    yard.sees("old was deleted.")
    yard.browser.until("location.pathname.endsWith('/deployments')")
    assert "old" not in [each["name"] for each in yard.desk.items("deployment", "ls")]
    told = yard.desk.items("event", "ls", "--name", "segue.deployment.deleted")
    assert told[0]["reason"] == "not needed any more"
