"""Automations at the command line: made from a file, fired by events, explained, tried on the past."""

from __future__ import annotations

import json
from typing import Any, cast

from tests.e2e.cli.desk import SEGUE, Desk

FILE = """
        name: two files
        description: when two files have come
        trigger:
          type: event
          expect: [file.arrived]
          match: {"segue.resource.id": "s3://in/*"}
          threshold: 2
          within: 60
        actions:
          - type: do-nothing
        """


def emit(desk: Desk, *resources: str) -> list[str]:
    return [desk.segue("event", "emit", "file.arrived", "--resource-id", each).stdout.strip() for each in resources]


def test_an_automation_is_made_from_a_file_and_changed(desk: Desk) -> None:
    assert "There are no automations yet" in desk.segue("automation", "ls").stdout
    desk.write("two.yaml", FILE)
    assert "Made automation two files" in desk.segue("automation", "create", "-f", "two.yaml").stdout
    listed = cast("dict[str, Any]", desk.items("automation", "ls")[0])
    assert (listed["name"], listed["trigger"]["threshold"]) == ("two files", 2)
    shown = desk.segue("automation", "inspect", "two files").stdout
    assert "file.arrived comes 2 times within 1 minute" in shown
    assert "never; `segue automation explain` says why" in shown
    # What is shown as YAML is a file that makes the same again.
    described = desk.segue("automation", "inspect", "two files", "--yaml").stdout
    desk.write("again.yaml", described.replace("threshold: 2", "threshold: 3"))
    desk.segue("automation", "update", "two files", "-f", "again.yaml")
    found = desk.json("automation", "inspect", "two files")
    assert isinstance(found, dict)
    assert found["trigger"]["threshold"] == 3
    assert "Disabled automation" in desk.segue("automation", "pause", "two files", "--reason", "holidays").stdout
    found = desk.json("automation", "inspect", "two files")
    assert isinstance(found, dict)
    assert found["last_change"]["event"] == "segue.automation.disabled"
    assert found["last_change"]["reason"] == "holidays"
    assert "It is disabled" in desk.segue("automation", "explain", "two files").stdout
    desk.segue("automation", "resume", "two files")
    assert desk.segue("automation", "delete", "two files").returncode == 4
    assert "Deleted automation two files" in desk.segue("automation", "delete", "two files", "--yes").stdout
    assert desk.segue("automation", "inspect", "two files").returncode == 3


def test_what_is_wrong_with_a_file_is_said(desk: Desk) -> None:
    for text, complaint in (
        ('{"name": "x"}', "missing required field `trigger`"),
        ('{"name": "x", "trigger": {"type": "event", "postur": "Reactive"}}', "postur"),
        ('{"name": "x", "trigger": {"type": "event", "posture": "Proactive"}}', "say for how long"),
        ("{", "neither YAML nor JSON"),
    ):
        done = desk.segue("automation", "create", "-j", text)
        assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr
    assert desk.segue("automation", "create", "-f", "nowhere.yaml").returncode == 2
    assert desk.items("automation", "ls") == []


def test_what_would_have_fired_is_said_before_it_is_made(desk: Desk) -> None:
    desk.write("two.yaml", FILE)
    emit(desk, "s3://in/1", "s3://out/1", "s3://in/2", "s3://in/3")
    told = desk.segue("automation", "test", "-f", "two.yaml", "--since", "1h").stdout
    assert "It would have fired 1 time" in told
    assert "4 events had a name that it expects; 3 of them are meant." in told
    assert "At the end: 1 of 2 events have come within 1 minute." in told
    assert desk.items("automation", "ls") == []


def test_firings_and_their_absence_are_explained(desk: Desk) -> None:
    desk.write("two.yaml", FILE)
    desk.segue("automation", "create", "-f", "two.yaml")
    desk.start(SEGUE, "server", "start", "--port", "0")
    first, other, second = emit(desk, "s3://in/1", "s3://out/1", "s3://in/2")
    desk.wait_for(lambda: bool(desk.items("automation", "history", "two files")), "the automation to fire")
    (third,) = emit(desk, "s3://in/3")
    (firing,) = cast("list[dict[str, Any]]", desk.items("automation", "history", "two files"))
    assert [each["id"] for each in firing["events"]] == [first, second]
    shown = desk.segue("automation", "firing", firing["id"]).stdout
    assert "2 events (file.arrived) came within 1 minute." in shown
    assert "do-nothing" in shown or "do nothing" in shown

    def why(event: str) -> str:
        return desk.segue("automation", "explain", "two files", "--event", event).stdout

    assert "It counted for a firing" in why(first)
    assert "It fired" in why(second)
    assert "Its resource's segue.resource.id is s3://out/1; wanted is s3://in/*." in why(other)
    desk.wait_for(lambda: "It counts. 1 of 2 events have come" in why(third), "the last event to be looked at")
    whole = json.loads(desk.segue("automation", "explain", "two files", "-o", "json").stdout)
    assert [each["outcome"] for each in whole["events"]] == ["waiting", "fired", "not-meant", "counted"]


def test_a_loop_is_stopped_and_what_was_told_is_listed(desk: Desk) -> None:
    desk.segue("block", "create", "webhook", "hook", "-p", "url=http://127.0.0.1:9/in")
    block = cast("dict[str, Any]", desk.json("block", "inspect", "webhook/hook"))["id"]
    trigger = {"type": "event", "expect": ["ping"]}
    again = {"type": "emit-event", "event": "ping", "resource": {"segue.resource.id": "round"}}
    calls = {"type": "call-webhook", "block_document_id": block}
    other = {"type": "event", "expect": ["ping"], "match": {"segue.resource.id": "first"}}
    desk.segue("automation", "create", "-j", json.dumps({"name": "loop", "trigger": trigger, "actions": [again]}))
    desk.segue("automation", "create", "-j", json.dumps({"name": "hook", "trigger": other, "actions": [calls]}))
    assert desk.items("automation", "deliveries") == []
    desk.start(SEGUE, "server", "start", "--port", "0")
    desk.segue("event", "emit", "ping", "--resource-id", "first")

    def history() -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", desk.items("automation", "history", "loop"))

    desk.wait_for(lambda: any("stopped" in each for each in history()), "the loop to be stopped")
    last, *rounds = history()
    assert len(rounds) == 11
    assert "the loop ends here" in last["stopped"]
    assert last["caused_by"] == rounds[0]["id"]
    assert "Stopped" in desk.segue("automation", "history", "loop").stdout
    shown = desk.segue("automation", "firing", last["id"]).stdout
    assert "the loop ends here" in shown
    assert f"Caused by   firing {rounds[0]['id']}" in shown
    assert "the loop ends here" in desk.segue("automation", "explain", "loop", "--limit", "1").stdout
    assert desk.segue("event", "ls", "--event", "segue.automation.loop-stopped", "--count").stdout.strip() == "1"
    # A server calls nothing on its own machine unless it is allowed to, and that is an answer as well.
    desk.wait_for(lambda: bool(desk.items("automation", "deliveries", "hook", "--state", "failed")), "the refusal")
    (told,) = cast("list[dict[str, Any]]", desk.items("automation", "deliveries", "hook"))
    assert (told["kind"], told["block"], told["automation_name"]) == ("webhook", "webhook/hook", "hook")
    assert "is no public address" in told["tries"][0]["detail"]
    assert desk.items("automation", "deliveries", "loop") == []
    assert "webhook/hook" in desk.segue("automation", "deliveries", "hook").stdout
    assert desk.segue("automation", "deliveries", "hook", "--state", "sunk").returncode == 2
    assert desk.segue("automation", "deliveries", "nobody").returncode == 3
