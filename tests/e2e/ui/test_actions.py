"""What automations do, and whom they tell, in a real browser: a form for every action, a test of a block, quiet hours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from segue.model.actions import Action
from tests.e2e.ui.editor import automation, pick, press_label, put_in
from tests.e2e.ui.room import Room
from tests.e2e.ui.yard import call, deploy, retype
from tests.sinks import HttpSink, http_sink

WORD = "c4n4ryc4n4ryc4n4ry"

#: What is chosen in a form, what is typed, and what is saved.
Filled = tuple[dict[str, str], dict[str, str], dict[str, object]]


@pytest.mark.timeout(300)
def test_every_action_has_a_form(stage: Room) -> None:
    desk = stage.desk
    deployment = deploy(desk, "formed")
    call(
        desk, "POST", "/automations", {"name": "another", "trigger": {"type": "event", "expect": ["x"]}, "actions": []}
    )
    pool: Any = call(desk, "GET", "/work-pools/here")
    queue: Any = call(desk, "POST", "/work-queues/list", {})["items"]
    blocks = {
        "slack-webhook": {"url": "https://hooks.slack.com/services/T1/B2/x3"},
        "webhook": {"url": "https://example.org"},
    }
    ids = {}
    for type, data in blocks.items():
        fields = {"type": "object", "properties": {"url": {}}, "secret_fields": ["url"]}
        call(desk, "POST", "/block-types", {"slug": type, "name": type})
        call(desk, "POST", "/block-schemas", {"block_type": type, "fields": fields})
        ids[type] = call(desk, "POST", "/block-documents", {"name": "formed", "block_type": type, "data": data})["id"]
    of_deployment: Filled = ({"Deployment": "load/formed"}, {}, {"deployment_id": deployment})
    of_pool: Filled = ({"Work pool": "here"}, {}, {"work_pool_id": pool["id"]})
    of_queue: Filled = ({"Work queue": "here/default"}, {}, {"work_queue_id": queue[0]["id"]})
    of_automation: Filled = ({"Automation": "another"}, {}, {"automation_id": automation(stage, "another")["id"]})
    of_runs: Filled = ({}, {"flow_name": "load"}, {"flow_name": "load"})
    wanted: dict[str, Filled] = {
        "do-nothing": ({}, {}, {}), "run-deployment": of_deployment, "pause-deployment": of_deployment,
        "resume-deployment": of_deployment, "pause-schedule": of_deployment, "resume-schedule": of_deployment,
        "cancel-flow-run": of_runs, "suspend-flow-run": of_runs, "resume-flow-run": of_runs, "delete-flow-run": of_runs,
        "change-flow-run-state": ({"State": "FAILED"}, {"message": "stale"}, {"state": "FAILED", "message": "stale"}),
        "pause-work-pool": of_pool, "resume-work-pool": of_pool, "pause-work-queue": of_queue, "resume-work-queue": of_queue,
        "pause-automation": of_automation, "resume-automation": of_automation,
        "send-notification": ({"Block": "slack-webhook/formed"}, {"body": "b"},
                              {"block_document_id": ids["slack-webhook"], "body": "b"}),
        "call-webhook": ({"Block": "webhook/formed"}, {}, {"block_document_id": ids["webhook"]}),
        "invoke-function": ({}, {"url": "https://f.example.org"}, {"url": "https://f.example.org"}),
        "emit-event": ({}, {"event": "formed"}, {"event": "formed"}),
    }  # fmt: skip
    stage.go("/automations/new")
    stage.type("input[name=automation-name]", "of every kind")
    stage.browser.click("[data-place=trigger] .mantine-Pill-remove")
    put_in(stage, "Events", "form.filled")
    for at, (type, (chosen, typed, _)) in enumerate(wanted.items()):
        place = f"actions[{at}]"
        if at:
            stage.press("Add an action: at each firing")
        pick(stage, place, "Then", type.capitalize().replace("-", " "))
        for label, option in chosen.items():
            pick(stage, place, label, option)
        for name, text in typed.items():
            stage.type(f"[data-place={json.dumps(place)}] :is(input, textarea)[name={name}]", text)
    stage.press("Make it")
    stage.sees("of every kind was made.")
    expected = [{"type": type, **saved} for type, (_, _, saved) in wanted.items()]
    assert automation(stage, "of every kind")["actions"] == expected
    assert set(wanted) == {each.__struct_config__.tag for each in get_args(Action)}


@pytest.fixture(scope="module")
def on_call(stage: Room) -> Iterator[HttpSink]:
    """A block made by its form, which tells a sink."""
    with http_sink() as sink:
        stage.go("/blocks/new?type=slack-webhook")
        stage.type("input[name=block-name]", "on-call")
        stage.type("input[name=url]", f"{sink.url}/services/T1/B2/{WORD}")
        stage.press("Save")
        stage.sees("slack-webhook/on-call was made.")
        yield sink


def told_by(stage: Room, name: str) -> None:
    """Begin to make an automation that tells people of a shop."""
    stage.go("/automations/new")
    stage.type("input[name=automation-name]", name)
    stage.browser.click("[data-place=trigger] .mantine-Pill-remove")
    put_in(stage, "Events", "shop.shut")
    stage.choose("Then", "Send notification")
    stage.choose("Block", "slack-webhook/on-call")


def test_a_block_is_tried_by_a_button(stage: Room, on_call: HttpSink) -> None:
    stage.go("/blocks")
    stage.press("on-call")
    stage.press("Send a test")
    stage.confirm()
    stage.sees("Sent through slack-webhook/on-call.")
    stage.closed()
    assert on_call.received[-1].path.endswith(WORD)
    assert "tries the block slack-webhook/on-call" in on_call.received[-1].body.decode()
    stage.sees("segue.block.slack-webhook.notify.called")
    # It stands beside an action's block as well, where pressing it makes no automation. What was wrong is said in full, but for
    # what opens the channel.
    told_by(stage, "tried only")
    on_call.usual = (403, {}, f"{WORD} is no token".encode())
    stage.press("Send a test")
    stage.confirm()
    stage.sees("Nothing was sent through slack-webhook/on-call: ")
    stage.sees("error=403")
    stage.sees("******** is no token")
    on_call.usual = (200, {}, b"ok")
    stage.press("Not now")
    stage.closed()
    assert call(stage.desk, "POST", "/automations/list", {"names": ["tried only"]})["items"] == []


def test_a_message_waits_while_people_rest(stage: Room, on_call: HttpSink) -> None:
    told_by(stage, "shop is shut")
    retype(stage, "input[name=subject]", "{{ event.resource.id }} is shut")
    stage.type("textarea[name=body]", "until {{ event.payload.until }}")
    press_label(stage, "Wait while people rest")
    at = datetime.now(UTC)
    for field, hours in (("start", -1), ("end", 1)):
        retype(stage, f"input[name={field}]", f"{at + timedelta(hours=hours):%H:%M}")
    stage.press("Make it")
    stage.sees("shop is shut was made.")
    sent = len(on_call.received)
    shut(stage, "north")
    stage.press("Deliveries", "[role=tablist]")
    stage.browser.until("document.querySelector('[data-delivery]').innerText.includes('Waits')")
    stage.press("Log of north is shut")
    stage.sees("Quiet hours, until ")
    stage.sees("Nothing has been attempted.")
    assert len(on_call.received) == sent
    stage.press("Send again now", "section[role=dialog]")
    stage.browser.until("!!document.querySelector('[data-try=done]')")
    assert "until noon" in on_call.received[-1].body.decode()
    # Nobody rests any more.
    stage.go(f"/automations/{automation(stage, 'shop is shut')['id']}?edit=yes")
    press_label(stage, "Wait while people rest")
    stage.press("Save")
    stage.sees("shop is shut was saved.")
    assert "quiet" not in automation(stage, "shop is shut")["actions"][0]
    shut(stage, "south")
    stage.desk.wait_for(lambda: "south is shut" in on_call.received[-1].body.decode(), "the message")


def shut(room: Room, shop: str) -> None:
    body = {"event": "shop.shut", "resource": {"segue.resource.id": shop}, "payload": {"until": "noon"}}
    call(room.desk, "POST", "/events", body)
