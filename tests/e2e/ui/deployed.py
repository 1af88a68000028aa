"""What is deployed in the world of the pictures: pools with and without workers, schedules that fire and some that cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.e2e.ui.room import Terminal
from tests.e2e.ui.yard import FLOWS, call, deploy, schedule, schedules, start_worker


def deployed(desk: Terminal) -> str:
    """Deploy, schedule, run; one worker is killed, and one pool has none. Returns the nightly deployment."""
    desk.write("flows.py", FLOWS)
    call(
        desk,
        "POST",
        "/work-pools",
        {"name": "here", "description": "The machine under the desk.", "concurrency_limit": 6},
    )
    call(desk, "POST", "/work-pools", {"name": "containers", "type": "docker", "concurrency_limit": 3})
    call(desk, "POST", "/work-pools/here/queues", {"name": "urgent", "priority": 0, "concurrency_limit": 1})
    desk.more = {"SEGUE_WORKER_HEARTBEAT_SECONDS": "1"}
    killed = start_worker(desk, "cellar")
    killed.kill()
    killed.wait()
    desk.more = {}
    start_worker(desk, "desk")
    nightly = _nightly(desk)
    broken = deploy(desk, "load-south", parameters={"region": "south"})
    urgent = deploy(desk, "load-slowly", parameters={"region": "slow"}, work_queue_name="urgent")
    boxed = deploy(desk, "load-boxed", parameters={"region": "east"}, work_pool_name="containers")
    for id, many in ((nightly, 4), (broken, 2)):
        for n in range(many):
            call(desk, "POST", f"/deployments/{id}/flow-runs", {"name": f"{'north' if id == nightly else 'south'}-{n}"})
    for n in range(2):
        call(desk, "POST", f"/deployments/{urgent}/flow-runs", {"name": f"slowly-{n}"})
    before = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    for n in range(2):
        call(desk, "POST", f"/deployments/{boxed}/flow-runs", {"name": f"boxed-{n}", "scheduled_time": before})
    _missed(desk)
    desk.until("Completed", "north-3")
    desk.until("Failed", "south-1")
    desk.until("Late", "boxed-1")
    desk.wait_for(lambda: "Running" in {desk.states()["slowly-0"], desk.states()["slowly-1"]}, "a slow run")
    return nightly


def _nightly(desk: Terminal) -> str:
    facts = {
        "description": "Loads the sheets of the north every night.", "tags": ["nightly", "sales"], "version": "1.0",
        "parameters": {"region": "north"}, "concurrency_limit": 2,
    }  # fmt: skip
    deploy(desk, "nightly", **facts)
    id = deploy(desk, "nightly", **{**facts, "version": "1.1", "job_variables": {"env": {"GREETING": "good night"}}})
    schedule(desk, id, "every-night", "0 2 * * *", catch_up={"policy": "latest"})
    schedule(desk, id, "working-hours", "0 8-18 * * 1-5", overlap="skip", parameters={"rows": 100})
    schedule(desk, id, "year-end", "0 6 31 12 *", active=False)
    return id


def _missed(desk: Terminal) -> None:
    """Let a schedule miss an instant or two: no run can be made, for a parameter is missing."""
    id = deploy(desk, "misfit")
    schedule(desk, id, "each-second", "* * * * * *")
    desk.wait_for(lambda: bool(call(desk, "POST", "/firings/list", {"deployment_ids": [id]})["items"]), "an instant")
    (made,) = schedules(desk, id)
    call(desk, "PATCH", f"/schedules/{made['id']}", {"end": datetime.now(UTC).isoformat()})


def undeployed(desk: Terminal) -> None:
    """Let the runs end that outlive their worker."""
    (desk.folder / "go").touch()
