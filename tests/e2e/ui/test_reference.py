"""The page on which the API is read and tried, in a real browser."""

from __future__ import annotations

import json

from tests.e2e.ui.room import Room


def test_the_reference_is_read_and_tried_and_asks_nobody_else(empty_room: Room) -> None:
    room, browser = empty_room, empty_room.browser
    origin = room.server.url.removesuffix("/api")
    browser.listen()
    browser.go(f"{room.server.url}/docs")
    browser.until("document.querySelectorAll('#list a').length > 200")
    room.sees("operations.")
    assert room.faults() == []
    # Every operation can be shown, with an example of its body.
    drawn = browser.run("operations.map(each => operation(each).length).reduce((a, b) => Math.min(a, b))")
    assert drawn >= 5

    # A person looks for an operation, and sends what the page proposes.
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))")
    assert browser.run("document.activeElement.id") == "search"
    browser.type("#search", "/variables post")
    browser.until("document.querySelectorAll('#list a').length < 20")
    browser.click("#list a[href='#variables.set']")
    room.sees("/api/variables")
    assert room.faults() == []
    body = json.dumps({"name": "region", "value": {"of": "the world"}})
    browser.run("document.querySelector('#body').value = ''")
    browser.type("#body", body)
    room.sees("curl -X POST")
    assert body in browser.run("document.querySelector('pre').textContent")
    room.press("Send")
    browser.until("document.querySelector('[role=status] .good')?.textContent === '200'")
    assert json.loads(room.desk.segue("variable", "get", "region").stdout) == {"of": "the world"}
    assert room.faults() == []

    # What is refused is shown as it is answered, parameters go where they belong, and a stream is followed.
    browser.go(f"{room.server.url}/docs#variables.read")
    room.type("#p-path-name", "no where/?")
    room.press("Send")
    browser.until("document.querySelector('[role=status] .bad')?.textContent === '404'")
    room.sees("no where/?")
    browser.run("document.querySelector('#p-path-name').value = ''")
    browser.type("#p-path-name", "region")
    room.press("Send")
    room.sees('"of": "the world"')
    browser.run("location.hash = '#stream.read'")
    room.sees("/api/stream")
    room.press("Send")
    browser.until("[...document.querySelectorAll('[role=status] button')].some(each => each.textContent === 'Stop')")
    assert room.desk.segue("event", "emit", "order.packed", "--resource-id", "shop.order.17").returncode == 0
    room.sees("order.packed")
    assert room.faults() == []
    room.press("Stop")
    refused = [each for each in browser.complaints if "404" not in each]
    assert refused == []
    assert len(browser.asked) >= 8
    assert [each for each in browser.asked if not each.startswith((f"{origin}/", "data:"))] == []
