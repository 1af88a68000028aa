"""What a person does with the editor of automations."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.ui.room import Room
from tests.e2e.ui.yard import call


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


def pick(room: Room, place: str, label: str, kind: str) -> None:
    """Choose from a field of the trigger or the action at a place."""
    labels = f"[...document.querySelectorAll({json.dumps(f'[data-place={json.dumps(place)}] label')})]"
    found = f"{labels}.find(each => each.innerText.replace('*', '').trim() === {json.dumps(label)})"
    field = f"document.getElementById({found}.htmlFor)"
    # A field of ids is a plain one until it is known what there is to choose from.
    room.browser.until(f"!!{found} && {field}.getAttribute('aria-haspopup') === 'listbox'")
    room.browser.run(f"{field}.click()")
    # What the fields around it offer stays in the document as well.
    offered = room.browser.run(f"{field}.getAttribute('aria-controls')")
    room.press(kind, f"[id={json.dumps(offered)}]")


def automation(room: Room, name: str) -> dict[str, Any]:
    items: Any = call(room.desk, "POST", "/automations/list", {"names": [name]})["items"]
    (found,) = items
    return dict(found)
