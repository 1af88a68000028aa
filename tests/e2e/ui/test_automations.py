"""Automations in a real browser: made by forms, tried on the past, fired, explained, and what they told followed up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium
from tests.e2e.ui.room import Room, room_in
from tests.e2e.ui.yard import call, deploy, retype
from tests.sinks import HttpSink, http_sink

MANY = "input[name=threshold]"
WITHIN = "input[name=within]"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str, object], None]) -> Iterator[Room]:
    """A server that may call this machine, with a deployment, and a browser."""
    need("chromium", chromium())
    need("the built web pages (make ui)", (Path("src/segue/server/ui") / "index.html").exists())
    allowed = {"SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES": "127.0.0.1"}
    with room_in(tmp_path_factory.mktemp("stage"), **allowed) as room:
        call(room.desk, "POST", "/work-pools", {"name": "here"})
        room.go("/automations")
        room.sees("No automation")
        room.sees("segue automation create --from-file tell-me.yaml")
        yield room


def emit(room: Room, *resources: str, event: str = "file.arrived") -> None:
    for each in resources:
        done = room.desk.segue("event", "emit", event, "--resource-id", each)
        assert done.returncode == 0, done.stderr


def press_label(room: Room, text: str) -> None:
    """Choose what is one of several beside each other."""
    found = f"[...document.querySelectorAll('label')].find(each => each.innerText.trim() === {json.dumps(text)})"
    room.browser.until(f"!!{found}")
    room.browser.run(f"{found}.click()")


def put_in(room: Room, field: str, text: str) -> None:
    """Type into a field by its accessible name and leave it: what was typed is one of several."""
    found = (
        "[...document.querySelectorAll('input, textarea')].find(each => (each.ariaLabel || each.labels?.[0]?.innerText || '')"
        f".replace('*', '').trim() === {json.dumps(field)})"
    )
    room.browser.until(f"!!{found}")
    room.browser.run(f"{found}.setAttribute('data-typed', 'here')")
    room.type("[data-typed=here]", text)
    room.browser.run(
        "document.querySelector('[data-typed=here]').removeAttribute('data-typed'); document.activeElement.blur()"
    )


def when(room: Room, place: str, kind: str) -> None:
    """Choose what fires the trigger at a place."""
    labels = f"[...document.querySelectorAll({json.dumps(f'[data-place={json.dumps(place)}] label')})]"
    found = f"{labels}.find(each => each.innerText === 'When')"
    room.browser.until(f"!!{found}")
    field = f"document.getElementById({found}.htmlFor)"
    room.browser.run(f"{field}.click()")
    # What the fields around it offer stays in the document as well.
    offered = room.browser.run(f"{field}.getAttribute('aria-controls')")
    room.press(kind, f"[id={json.dumps(offered)}]")


def automation(room: Room, name: str) -> dict[str, Any]:
    items: Any = call(room.desk, "POST", "/automations/list", {"names": [name]})["items"]
    (found,) = items
    return dict(found)


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
    stage.sees('segue.resource.id: "s3://in/*"')
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
    stage.press("Edit")
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


def test_an_automation_is_edited_as_json_and_disabled_with_a_reason(stage: Room) -> None:
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
        fields = {"type": "object", "properties": {"url": {}, "method": {}}, "secret_fields": ["url"]}
        call(desk, "POST", "/block-types", {"slug": "webhook", "name": "Webhook"})
        call(desk, "POST", "/block-schemas", {"block_type": "webhook", "fields": fields})
        data = {"url": f"{sink.url}/in", "method": "POST"}
        block = call(desk, "POST", "/block-documents", {"name": "till", "block_type": "webhook", "data": data})["id"]
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
    assert sink.received[-1].body == b"till-7"
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
    stage.press("load")
    for name in ("on arrival", "load failed"):
        stage.browser.until(f"!!document.querySelector('[data-automation={json.dumps(name)}]')")
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
