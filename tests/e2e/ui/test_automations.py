"""Automations in a real browser: made by forms, tried on the past, fired, explained, and what they told followed up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.ui.editor import automation, pick, press_label, put_in
from tests.e2e.ui.room import Room
from tests.e2e.ui.yard import call, deploy, retype, webhook
from tests.sinks import HttpSink, http_sink

MANY = "input[name=threshold]"
TEXT = "textarea[name=yaml]"
WITHIN = "input[name=within]"


def emit(room: Room, *resources: str, event: str = "file.arrived") -> None:
    for each in resources:
        done = room.desk.segue("event", "emit", event, "--resource-id", each)
        assert done.returncode == 0, done.stderr


def when(room: Room, place: str, kind: str) -> None:
    """Choose what fires the trigger at a place."""
    pick(room, place, "When", kind)


def test_an_automation_is_made_tried_on_the_past_fired_and_explained(stage: Room) -> None:
    emit(stage, "s3://in/a", "s3://in/b", "s3://out/c", event="file.landed")
    stage.go("/automations")
    stage.press("New automation")
    stage.press("Make it")
    stage.sees("This is needed")
    stage.type("input[name=automation-name]", "two files")
    stage.browser.click("[data-place=trigger] .mantine-Pill-remove")
    put_in(stage, "Events", "file.landed")
    stage.press("What it happened to: add a label")
    put_in(stage, "What it happened to: values 1", "s3://*/a")
    retype(stage, MANY, "2")
    retype(stage, WITHIN, "600")
    stage.choose("Then", "Emit event")
    stage.press("Make it")
    stage.browser.until("document.querySelector('[data-place=\"actions[0]\"]').innerText.includes('This is needed')")
    stage.type("input[name=event]", "shop.{{ 1 + }}")
    # The server's words stand at the trigger that they are about, then at the field of the action.
    stage.press("Make it")
    stage.browser.until(
        "document.querySelector('[data-place=trigger] [role=alert]').innerText.includes('only at its end')"
    )
    stage.browser.click("[data-place=trigger] .match .mantine-Pill-remove")
    put_in(stage, "What it happened to: values 1", "s3://in/*")
    stage.press("Make it")
    stage.browser.until(
        "document.querySelector('[data-place=\"actions[0]\"] .mantine-InputWrapper-error').innerText.includes('event')"
    )
    retype(stage, "input[name=event]", "shop.files-are-here")
    stage.sees("file.landed of s3://in/* comes 2 times within 10 minutes")
    # What came before would have fired it once.
    stage.press("Try on the past")
    stage.sees("It would have fired 1 time.")
    stage.sees("3 events had a name that it expects; 2 of them are meant.")
    press_label(stage, "YAML")
    stage.browser.until(
        f"document.querySelector('{TEXT}').value.includes('segue.resource.id: {json.dumps('s3://in/*')}')"
    )
    press_label(stage, "JSON")
    stage.browser.until("document.querySelector('textarea[name=json]').value.includes('shop.files-are-here')")
    stage.press("Make it")
    stage.sees("two files was made.")
    stage.sees("It has not fired")
    made = automation(stage, "two files")
    assert made["trigger"] == {
        "type": "event", "match": {"segue.resource.id": "s3://in/*"}, "expect": ["file.landed"], "threshold": 2, "within": 600.0,
    }  # fmt: skip
    assert made["actions"] == [{"type": "emit-event", "event": "shop.files-are-here"}]


def test_a_firing_says_by_which_events_and_what_was_done_and_other_events_why_not(stage: Room) -> None:
    made = {
        "name": "in twos", "actions": [{"type": "emit-event", "event": "shop.twos"}],
        "trigger": {
            "type": "event", "expect": ["file.arrived"], "match": {"segue.resource.id": "s3://in/*"}, "threshold": 2, "within": 600,
        },
    }  # fmt: skip
    id = call(stage.desk, "POST", "/automations", made)["id"]
    stage.go(f"/automations/{id}")
    stage.sees("It has not fired")
    # It fires while one looks.
    emit(stage, "s3://in/d", "s3://out/e", "s3://in/f")
    stage.browser.until("!!document.querySelector('[data-firing]')")
    stage.browser.run("document.querySelector('[data-firing] a').click()")
    stage.sees("Why it fired")
    stage.sees("2 events (file.arrived) came within 10 minutes.")
    stage.sees("s3://in/d")
    stage.sees("s3://in/f")
    stage.browser.until("document.querySelector('[data-action=emit-event]').innerText.includes('Done')")
    stage.press("in twos")
    stage.press("Why, and why not")
    stage.browser.until(
        "document.querySelector('[data-judged=not-meant]').innerText.includes('is s3://out/e; wanted is s3://in/*')"
    )
    stage.browser.until("document.querySelector('[data-judged=counted]').innerText.includes('It counted for a firing')")


def test_an_automation_is_changed_disabled_and_deleted_and_each_change_names_who_and_why(stage: Room) -> None:
    facts = {
        "name": "late orders",
        "trigger": {"type": "event", "expect": ["order.late"]},
        "actions": [],
        "tags": ["shop"],
    }
    call(stage.desk, "POST", "/automations", facts)
    stage.go("/automations?tag=nobody")
    stage.sees("No automation is like that")
    stage.go("/automations?tag=shop&name=late")
    stage.browser.until("document.querySelector('[data-automation]').innerText.includes('order.late comes')")
    for turned in ("disabled", "enabled"):
        stage.browser.click("[data-automation='late orders'] input[type=checkbox]")
        stage.sees(f"late orders is {turned}")
    stage.press("late orders")
    stage.press("Change")
    # A trigger within a trigger, of every kind; what was there stays as far as it can.
    stage.choose("When", "Several things happen in their order")
    stage.press("Add a trigger")
    when(stage, "trigger.triggers[1]", "Several things happen")
    when(stage, "trigger.triggers[1].triggers[0]", "A number goes beyond a bound")
    stage.sees("the share of runs that succeed over 5 minutes is below 90 % for 5 minutes")
    retype(stage, "[data-place='trigger.triggers[1].triggers[0]'] input[name=threshold]", "0.5")
    stage.type("input[name=reason]", "the shop grew")
    stage.press("Save")
    stage.sees("late orders was saved.")
    metric = {"name": "successes", "operator": "<", "threshold": 0.5}
    # What somebody else does while a form is open is not saved over.
    stage.press("Change")
    stage.type("textarea[name=description]", "Mine.")
    id = automation(stage, "late orders")["id"]
    call(stage.desk, "PATCH", f"/automations/{id}", {"tags": ["theirs"]})
    stage.press("Save")
    stage.sees("Somebody changed “late orders” while this form was open, and nothing was saved.")
    assert automation(stage, "late orders")["tags"] == ["theirs"]
    assert "description" not in automation(stage, "late orders")
    stage.go(f"/automations/{id}")
    assert automation(stage, "late orders")["trigger"] == {
        "type": "sequence",
        "triggers": [
            {"type": "event", "expect": ["order.late"]},
            {"type": "compound", "triggers": [{"type": "metric", "metric": metric}]},
        ],
    }
    stage.press("Changes", "[role=tablist]")
    stage.sees("automation updated: trigger")
    stage.sees("the shop grew")
    stage.press("Delete")
    stage.confirm()
    stage.sees("late orders was deleted.")


BY_HAND = """# Whoever packs wants to know.
name: by hand
trigger:
  type: event
  expect: [order.late]
  threshold: 3
actions:
  - type: emit-event
    event: shop.late
tags: [shop]
"""


def test_an_automation_is_edited_as_text_and_disabled_with_a_reason(stage: Room) -> None:
    trigger = {"type": "event", "expect": ["order.late"]}
    id = str(call(stage.desk, "POST", "/automations", {"name": "by hand", "trigger": trigger, "tags": ["shop"]})["id"])
    stage.go(f"/automations/{id}?tab=changes")
    stage.press("Disable")
    stage.type("section[role=dialog] input", "stocktaking")
    stage.confirm()
    stage.closed()
    stage.browser.until("document.querySelector('h1').innerText.includes('Disabled')")
    stage.sees("stocktaking")
    stage.go(f"/automations/{id}?edit=yes")
    # Form and text are the same: what is typed in one stands in the other, and what is wrong is said by its line.
    press_label(stage, "YAML")
    retype(stage, TEXT, BY_HAND.replace("threshold", "treshold"))
    stage.sees("Line 6 There is no field trigger.treshold; there are type, match,")
    stage.browser.until("document.querySelector('button.save').disabled")
    stage.press("Line 6")
    selected = "(each => each.value.slice(each.selectionStart, each.selectionEnd))(document.activeElement)"
    stage.browser.until(f"{selected} === '  treshold: 3'")
    retype(stage, TEXT, BY_HAND)
    stage.sees("order.late comes 3 times")
    press_label(stage, "Form")
    stage.browser.until(f"document.querySelector('{MANY}').value === '3'")
    press_label(stage, "YAML")
    stage.browser.until(f"document.querySelector('{TEXT}').value.startsWith('# Whoever packs')")
    press_label(stage, "Form")
    retype(stage, MANY, "4")
    retype(stage, "input[name=event]", "shop.{{ 1 + }}")
    press_label(stage, "YAML")
    stage.browser.until(f"document.querySelector('{TEXT}').value.includes('threshold: 4')")
    # What only the server finds wrong is said by its line as well.
    stage.press("Save")
    stage.browser.until("/Line 8 .*event/.test(document.querySelector('.faults').innerText)")
    # What is no automation can be neither kept nor lost.
    press_label(stage, "JSON")
    stage.browser.until("!!document.querySelector('textarea[name=json]')")
    stage.browser.run("document.querySelector('textarea[name=json]').select()")
    stage.browser.type("textarea[name=json]", '{"name": "by hand", "trigger": {"type": "events"}}')
    stage.sees("trigger.type is none of event, compound, sequence, metric.")
    stage.browser.until("document.querySelector('button.save').disabled")
    absent = {"type": "event", "expect": ["order.sent"], "posture": "Proactive", "within": 60}
    stage.browser.run("document.querySelector('textarea[name=json]').select()")
    stage.browser.type("textarea[name=json]", json.dumps({"name": "no orders", "trigger": absent, "enabled": False}))
    stage.sees("no order.sent comes within 1 minute")
    stage.press("Save")
    stage.sees("no orders was saved.")
    saved = automation(stage, "no orders")
    assert (saved["trigger"], saved["id"], saved.get("tags", [])) == ({**absent, "within": 60.0}, id, [])


@pytest.fixture(scope="module")
def hooked(stage: Room) -> Iterator[tuple[Room, HttpSink]]:
    """An automation that calls a webhook, which is down."""
    with http_sink() as sink:
        sink.usual = (503, {}, b"closed for stocktaking")
        desk = stage.desk
        block = webhook(desk, "till", f"{sink.url}/in")
        facts = {
            "name": "tell the till", "trigger": {"type": "event", "expect": ["till.opened"]},
            "actions": [{"type": "call-webhook", "block_document_id": block, "payload": "{{ event.resource.id }}"}],
        }  # fmt: skip
        call(desk, "POST", "/automations", facts)
        yield stage, sink


def test_a_delivery_that_does_not_arrive_is_followed_and_sent_again(hooked: tuple[Room, HttpSink]) -> None:
    stage, sink = hooked
    emit(stage, "till-7", event="till.opened")
    stage.go("/automations")
    stage.press("tell the till")
    stage.sees("call webhook/till")
    stage.press("Deliveries", "[role=tablist]")
    stage.browser.until("document.querySelector('[data-delivery]').innerText.includes('Waits')")
    stage.press("Log of till-7")
    stage.browser.until("document.querySelector('[data-try=failed]').innerText.includes('closed for stocktaking')")
    sink.usual = (200, {}, b"thank you")
    stage.press("Send again now", "section[role=dialog]")
    stage.browser.until("!!document.querySelector('[data-try=done]')")
    stage.browser.until("document.querySelector('[data-delivery]').innerText.includes('Sent')")
    assert b"till-7" in [each.body for each in sink.received]
    stage.go("/automations?tab=deliveries&status=sent")
    stage.browser.until("document.querySelector('[data-delivery]').innerText.includes('tell the till')")


def test_deployments_and_flows_show_what_has_to_do_with_them(stage: Room) -> None:
    id = deploy(stage.desk, "nightly")
    stage.go(f"/deployments/{id}?tab=automations")
    stage.sees("No automation has to do with it")
    facts = {
        "name": "on arrival", "trigger": {"type": "event", "expect": ["file.arrived"]},
        "actions": [{"type": "run-deployment", "deployment_id": id, "parameters": {"region": "{{ event.resource.id }}"}}],
    }  # fmt: skip
    call(stage.desk, "POST", "/automations", facts)
    stage.browser.until("document.querySelector('[data-automation]').innerText.includes('run deployment load/nightly')")
    stage.sees("Automations (1)")
    related = {"segue.resource.role": "flow", "segue.resource.name": "load"}
    trigger = {"type": "event", "expect": ["segue.flow-run.Failed"], "match_related": related}
    call(stage.desk, "POST", "/automations", {"name": "load failed", "trigger": trigger})
    # What has to do with every run of a flow has to do with those of its deployments.
    stage.sees("Automations (2)")
    stage.press("load")
    for name in ("on arrival", "load failed"):
        stage.browser.until(f"!!document.querySelector('[data-automation={json.dumps(name)}]')")
    # What its runs are given is asked for as the flow takes it, and may be a template.
    call(stage.desk, "PATCH", f"/deployments/{id}", {"parameters": {"region": "north"}})
    made = automation(stage, "on arrival")
    stage.go(f"/automations/{made['id']}?edit=yes")
    retype(stage, "input[name=region]", "{{ event.payload.region }}")
    stage.press("Rows: give a template")
    stage.type("input[name=rows]", "{{ event.payload.rows }}")
    stage.press("Save")
    stage.sees("on arrival was saved.")
    parameters = {"region": "{{ event.payload.region }}", "rows": "{{ event.payload.rows }}"}
    assert automation(stage, "on arrival")["actions"][0]["parameters"] == parameters
    stage.press("Change")
    stage.press("Rows: give a value")
    retype(stage, "input[name=rows]", "7")
    stage.press("Save")
    stage.sees("on arrival was saved.")
    assert automation(stage, "on arrival")["actions"][0]["parameters"] == {**parameters, "rows": 7}
    # Of another deployment the runs are given what that one says.
    schema = {"type": "object", "properties": {"day": {"title": "Day", "type": "string"}}}
    weekly = deploy(stage.desk, "weekly", parameter_openapi_schema=schema)
    stage.go(f"/automations/{made['id']}?edit=yes")
    stage.choose("Deployment", "load/weekly")
    stage.type("input[name=day]", "{{ event.payload.day }}")
    stage.browser.until("!document.querySelector('input[name=region]')")
    stage.press("Save")
    stage.sees("on arrival was saved.")
    (action,) = automation(stage, "on arrival")["actions"]
    assert (action["deployment_id"], action["parameters"]) == (weekly, {"day": "{{ event.payload.day }}"})
    stage.go("/automations")
    # What the palette finds.
    stage.press("Search\nCtrl K")
    stage.type("section[role=dialog] input", "on arr")
    stage.press("on arrival\nAutomation", "[role=listbox]")
    stage.browser.until("document.querySelector('h1').innerText.includes('on arrival')")


def test_the_pages_of_automations_are_fit_for_screen_readers_in_both_themes(hooked: tuple[Room, HttpSink]) -> None:
    stage, _ = hooked
    emit(stage, "till-8", event="till.opened")
    stage.desk.wait_for(lambda: bool(fired(stage)), "a firing")
    id = automation(stage, "tell the till")["id"]
    tabs = ("firings", "why", "deliveries", "past", "file", "changes")
    places = [
        "/automations", "/automations?tab=firings", "/automations?tab=deliveries", "/automations/new",
        *(f"/automations/{id}?tab={tab}" for tab in tabs), f"/automation-firings/{fired(stage)[0]['id']}",
    ]  # fmt: skip
    faults = []
    for theme in ("light", "dark"):
        stage.theme(theme)
        for place in places:
            stage.go(place)
            stage.at_rest()
            if place.endswith("/new"):
                stage.choose("When", "Several things happen")
                stage.choose("Then", "Send notification")
                stage.sees("Wait while people rest")
            faults += [f"{theme} {place}: {fault}" for fault in stage.faults()]
    stage.theme("light")
    assert not faults, "\n".join(faults)


def fired(room: Room) -> list[dict[str, Any]]:
    items: Any = call(room.desk, "POST", "/automation-firings/list", {})["items"]
    return [each for each in items if each["automation_name"] == "tell the till"]
