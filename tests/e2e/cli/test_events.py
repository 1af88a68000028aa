"""Events at the command line: emitted, listed, inspected, followed."""

from __future__ import annotations

import json

from tests.e2e.cli.desk import SEGUE, Desk


def test_events_are_emitted_listed_and_inspected(desk: Desk) -> None:
    assert "Nothing happened yet" in desk.segue("event", "ls").stdout
    emitted = desk.segue(
        "event", "emit", "orders.arrived", "--resource-id", "orders/1.csv", "--payload", '{"rows": 12}',
        "--related", "customer=shop.3", "--reason", "by hand",
    )  # fmt: skip
    id = emitted.stdout.strip()
    desk.segue("event", "emit", "orders.checked", "--resource-id", "orders/1.csv")
    listed = desk.items("event", "ls", "--name", "orders.*")
    assert [event["name"] for event in listed] == ["orders.checked", "orders.arrived"]
    assert listed[1]["payload"] == {"rows": 12}
    assert "orders.checked" in desk.segue("event", "ls").stdout
    shown = json.loads(desk.segue("event", "inspect", id).stdout)
    assert (shown["reason"], shown["related"][0]["segue.resource.role"]) == ("by hand", "customer")
    assert (shown["actor"]["name"], shown["actor"]["means"]) == ("ann", "cli")
    assert desk.json("event", "ls", "--count", "--resource", "orders/1.csv") == {"count": 2}
    assert desk.segue("event", "inspect", "01a20f12-a816-7004-a919-a31f7ab38091").returncode == 3
    wrong = desk.segue("event", "emit", "x", "--resource-id", "y", "--payload", "[1]")
    assert (wrong.returncode, "not a JSON object" in wrong.stderr) == (2, True)


def test_events_are_followed(desk: Desk) -> None:
    follower = desk.start(SEGUE, "event", "stream", "--name", "orders.*", "-o", "json", "--run-once")

    def told() -> bool:
        desk.segue("event", "emit", "orders.arrived", "--resource-id", "orders/1.csv")
        return follower.poll() is not None

    desk.wait_for(told, "the follower to see an event")
    assert follower.stdout is not None
    assert [json.loads(line)["name"] for line in follower.stdout] == ["orders.arrived"]
