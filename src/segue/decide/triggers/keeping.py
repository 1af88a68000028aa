"""What has been counted, as text that is kept: short, for many are written at once."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from segue.decide.triggers.compiling import Branch, Compiler, Gauge, Node
from segue.decide.triggers.composing import Marks
from segue.decide.triggers.counting import Bucket
from segue.decide.triggers.measuring import Meter
from segue.decide.triggers.watching import Key, State
from segue.model.automations import Automation

_encoder = msgspec.json.Encoder()
_keys = msgspec.json.Decoder(Key)
_states: dict[type[State], msgspec.json.Decoder[State]] = {
    each: msgspec.json.Decoder(each) for each in (Bucket, Marks, Meter)
}


def key_text(key: Key) -> str:
    """Return a key as text."""
    return _encoder.encode(key).decode()


def state_text(state: State) -> str:
    """Return a state as text."""
    return _encoder.encode(state).decode()


def states_from(automation: Automation, kept: Iterable[tuple[str, str]]) -> dict[Key, State]:
    """Read the states of an automation from the texts of their keys and their own."""
    kinds: dict[str, type[State]] = {}
    _note(Compiler().compile(automation.trigger), kinds)
    found: dict[Key, State] = {}
    for text, body in kept:
        key = _keys.decode(text)
        found[key] = _states[kinds[key[0]]].decode(body)
    return found


def _note(node: Node, kinds: dict[str, type[State]]) -> None:
    kinds[node.path] = Marks if isinstance(node, Branch) else Meter if isinstance(node, Gauge) else Bucket
    if isinstance(node, Branch):
        for child in node.children:
            _note(child, kinds)
