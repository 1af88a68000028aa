"""Deployments, work pools and queues as a person at a terminal meets them."""

from __future__ import annotations

import json

from segue.cli.faults import Exit
from tests.e2e.cli.desk import Desk

SCHEMA = '{"properties": {"day": {"type": "string"}, "size": {"type": "integer", "default": 3}}, "required": ["day"]}'


def deploy(desk: Desk, **facts: object) -> None:
    body = {"name": "nightly", "flow_name": "etl", "entrypoint": "etl.py:etl", **facts}
    done = desk.segue("api", "POST", "/deployments", "--data", json.dumps(body))
    assert done.returncode == 0, done.stderr


def test_pools_and_queues_from_their_making_to_their_end(desk: Desk) -> None:
    assert "`segue work-pool create NAME --type process` makes one" in desk.segue("work-pool", "ls").stdout
    made = desk.segue("work-pool", "create", "here", "--type", "process", "-c", "3")
    assert "`segue worker start --pool here` starts a worker" in made.stdout
    again = desk.segue("work-pool", "create", "here")
    assert (again.returncode, "Say --overwrite" in again.stderr) == (Exit.REFUSED, True)
    unknown = desk.segue("work-pool", "create", "there", "--type", "mainframe")
    assert (unknown.returncode, "Known are process, docker" in unknown.stderr) == (Exit.USAGE, True)
    assert desk.segue("work-queue", "create", "urgent", "--pool", "here", "-q", "0").returncode == 0
    assert [queue["name"] for queue in desk.items("work-queue", "ls", "--pool", "here")] == ["urgent", "default"]
    desk.segue("work-pool", "pause", "here", "--reason", "moved")
    told = desk.segue("work-pool", "inspect", "here").stdout
    assert "Status   PAUSED" in told
    assert "urgent (priority 0, PAUSED, 0 running)" in told
    assert "by ann (cli): moved" in told
    desk.segue("work-pool", "resume", "here")
    desk.segue("work-queue", "set-priority", "urgent", "7", "--pool", "here")
    queue = desk.json("work-queue", "inspect", "urgent", "--pool", "here")
    assert isinstance(queue, dict)
    assert (queue["priority"], queue["status"]) == (7, "NOT_READY")
    deploy(desk, work_pool_name="here", work_queue_name="urgent")
    kept = desk.segue("work-pool", "delete", "here", "--yes")
    assert (kept.returncode, "deployment etl/nightly" in kept.stderr) == (Exit.REFUSED, True)
    assert desk.segue("deployment", "delete", "nightly", "--yes").returncode == 0
    assert desk.segue("work-pool", "delete", "here", "--yes").returncode == 0
    assert desk.segue("work-pool", "inspect", "here").returncode == Exit.NOT_FOUND


def test_a_deployment_is_shown_paused_run_and_deleted(desk: Desk) -> None:
    assert "There are no deployments yet" in desk.segue("deployment", "ls").stdout
    deploy(desk, parameter_openapi_schema=json.loads(SCHEMA), parameters={"size": 4}, tags=["a"])
    deploy(desk, flow_name="other")
    unclear = desk.segue("deployment", "inspect", "nightly")
    assert (unclear.returncode, "etl/nightly" in unclear.stderr) == (Exit.USAGE, True)
    told = desk.segue("deployment", "inspect", "etl/nightly").stdout
    for line in ("Entrypoint  etl.py:etl", "Parameters  day (required)", "size = 4", "Versions    1, "):
        assert line in told
    assert "Paused deployment etl/nightly" in desk.segue("deployment", "pause", "etl/nightly").stdout
    assert [each["paused"] for each in desk.items("deployment", "ls", "--flow", "etl")] == [True]
    desk.segue("deployment", "resume", "etl/nightly")
    missing = desk.segue("deployment", "run", "etl/nightly")
    assert (missing.returncode, "day is missing" in missing.stderr) == (Exit.USAGE, True)
    made = desk.json("deployment", "run", "etl/nightly", "-p", "day=monday", "--start-in", "2h", "--tag", "b")
    assert isinstance(made, dict)
    assert (made["parameters"], made["tags"]) == ({"size": 4, "day": "monday"}, ["a", "b"])
    assert made["created_by"]["name"] == "ann"
    waits = desk.segue("flow-run", "inspect", made["name"]).stdout
    assert "its time, in 1 hour" in waits or "its time, in 2 hours" in waits
    assert desk.segue("deployment", "delete", "etl/nightly", "--yes").returncode == 0
    assert desk.states()[made["name"]] == "Cancelled"
