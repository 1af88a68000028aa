"""Events at the command line: emitted, listed, inspected, followed."""

from __future__ import annotations

import json
import re

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
    # As it is called elsewhere, too.
    words = ("--name", "orders.*", "--format", "json", "--output-file", "told.jsonl", "--run-once")
    follower = desk.start(SEGUE, "events", "stream", *words)

    def told() -> bool:
        desk.segue("event", "emit", "orders.arrived", "--resource-id", "orders/1.csv")
        return follower.poll() is not None

    desk.wait_for(told, "the follower to see an event")
    told_of = (desk.folder / "told.jsonl").read_text().splitlines()
    assert [json.loads(line)["name"] for line in told_of] == ["orders.arrived"]
    assert desk.segue("events", "ls", "--event", "orders.*").stdout.count("orders.arrived") >= 1
    refused = desk.segue("event", "stream", "--output-file", "no/such/folder")
    assert (refused.returncode, "Nothing can be written to no/such/folder" in refused.stderr) == (4, True)
    assert desk.segue("gcl", "ls").returncode == desk.segue("flow-runs", "ls").returncode == 0


def test_states_are_listed_by_type_and_names_by_pattern(desk: Desk) -> None:
    desk.write(
        "late.py",
        """
        from segue import flow

        @flow(timeout_seconds=0.01)
        def late():
            while True:
                pass

        late()
        """,
    )
    desk.python("late.py")
    failed = desk.items("event", "ls", "--state", "failed")
    assert [event["name"] for event in failed] == ["segue.flow-run.TimedOut"]
    assert desk.json("event", "ls", "--event", "segue.*-run.Timed*", "--count") == {"count": 1}
    assert desk.json("event", "ls", "--state", "pending,running", "--count", "--since", "1h") == {"count": 2}
    assert desk.items("event", "ls", "--state", "running", "--limit", "0") == []


def test_who_changed_what_and_why_is_shown_where_it_changed(desk: Desk) -> None:
    desk.segue("variable", "set", "region", "north")
    desk.segue("variable", "set", "region", "south", "--overwrite", "--reason", "the office moved")
    shown_to_people = desk.segue("variable", "inspect", "region").stdout
    assert re.search(r"Changed  updated .* by ann \(cli\): the office moved\n", shown_to_people)
    shown = desk.json("variable", "inspect", "region")
    assert isinstance(shown, dict)
    assert (shown["value"], shown["last_change"]["actor"]["name"], shown["last_change"]["reason"]) == (
        "south", "ann", "the office moved",
    )  # fmt: skip
    desk.segue("global-concurrency-limit", "create", "db", "-l", "5", "--reason", "small server")
    shown_to_people = desk.segue("global-concurrency-limit", "inspect", "db").stdout
    assert re.search(r"created .* by ann \(cli\): small server\n", shown_to_people)
    limit = desk.json("global-concurrency-limit", "inspect", "db")
    assert isinstance(limit, dict)
    assert limit["last_change"]["reason"] == "small server"
    updated = desk.segue("gcl", "update", "db", "--limit", "6", "--disable", "--active-slots", "0")
    assert updated.returncode == 0, updated.stderr
    limit = desk.json("gcl", "inspect", "db")
    assert isinstance(limit, dict)
    assert (limit["limit"], limit["active"]) == (6, False)
    refused = desk.segue("gcl", "update", "db", "--active-slots", "2")
    assert (refused.returncode, "a slot is taken by who holds it" in refused.stderr) == (2, True)
    desk.segue("variable", "unset", "region", "--reason", "not needed")
    changes = desk.items("event", "ls", "--changes", "--resource", "segue.variable.*")
    assert [(each["name"], each.get("reason")) for each in changes] == [
        ("segue.variable.deleted", "not needed"),
        ("segue.variable.updated", "the office moved"),
        ("segue.variable.created", None),
    ]
