"""The names under which a question to a paused run, and its answer, are stored."""

from __future__ import annotations

from typing import TypedDict

from segue.states import State


class Keyset(TypedDict):
    """The keys of one question: its words, its schema, its answer."""

    description: str
    response: str
    schema: str


def keyset_from_base_key(base_key: str) -> Keyset:
    """Return the keys that begin with a base."""
    return Keyset(description=f"{base_key}-description", response=f"{base_key}-response", schema=f"{base_key}-schema")


def base_key(name: str, pause_key: str) -> str:
    """Return the base of the keys of a pause: the state's name and the pause's own key."""
    return f"{name.lower()}-{pause_key}"


def keyset_from_paused_state(state: State) -> Keyset:
    """Return the keys of a paused state; raises RuntimeError for any other state."""
    if not state.is_paused():
        raise RuntimeError(f"{state.type.value!r} is unsupported.")
    return keyset_from_base_key(base_key(state.name, str(state.state_details.pause_key)))
