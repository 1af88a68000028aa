"""How nouns lie in columns: instants as microseconds, states as a few columns and a slim JSON body.

A state's type, id, name and instant have columns of their own; the body holds the rest and is NULL when there is no rest,
which is the common case and what keeps a task run small.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from segue.model.errors import BadRequest
from segue.model.runs import CacheFacts, Labels, Terms
from segue.model.states import Actor, Completed, Pending, Running, State

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encoder = msgspec.json.Encoder()
_states: msgspec.json.Decoder[State] = msgspec.json.Decoder(State)
_actors = msgspec.json.Decoder(Actor)
_caches = msgspec.json.Decoder(CacheFacts)
_terms = msgspec.json.Decoder(Terms)
_maps: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])
_labels: msgspec.json.Decoder[Labels] = msgspec.json.Decoder(Labels)
_texts: msgspec.json.Decoder[dict[str, str]] = msgspec.json.Decoder(dict[str, str])
_words: msgspec.json.Decoder[list[str]] = msgspec.json.Decoder(list[str])
_edges: msgspec.json.Decoder[dict[str, list[str]]] = msgspec.json.Decoder(dict[str, list[str]])
#: An escaped NUL that is not itself behind an escaped backslash; PostgreSQL refuses it in JSON, SQLite cuts text at it.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")

#: What a column may hold when it is read.
Cell = str | bytes | int | float | None
Row = tuple[Cell, ...]
#: JSON text from a column: SQLite hands out `str`, PostgreSQL `bytes`.
Json = str | bytes


def micros(at: datetime) -> int:
    """Return microseconds since 1970 in UTC."""
    gone = at - _EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def micros_or_none(at: datetime | None) -> int | None:
    """Return microseconds since 1970, or None for None."""
    return None if at is None else micros(at)


def instant(at: int) -> datetime:
    """Return the instant of so many microseconds since 1970."""
    # By place: by name it takes twice as long, and a run has seven.
    return _EPOCH + timedelta(0, 0, at)


def instant_or_none(at: int | None) -> datetime | None:
    """Return the instant, or None for None."""
    return None if at is None else _EPOCH + timedelta(0, 0, at)


def json_text(value: object) -> str:
    """Return a value as JSON text, without NUL characters, which no text column can hold."""
    data = _encoder.encode(value)
    if b"\\u0000" in data:
        data = _NUL.sub(rb"\1\\ufffd", data)
    return data.decode()


def json_or_none(value: object) -> str | None:
    """Return JSON text, or None for what is empty: an empty list or mapping takes no room."""
    return json_text(value) if value else None


def state_body(state: State) -> State | None:
    """Return the state when it says more than its columns do, else None."""
    if state.message is None and state.actor is None and not state.details:
        match state:
            case Pending():
                return None
            case Running(attempt=1):
                return None
            case Completed(result=None):
                return None
            case _:
                return state
    return state


def state_from(kind: str, id: str, name: str | None, occurred: int, body: Json | None) -> State:
    """Build a state from its columns."""
    if name is None:
        name = kind.capitalize()
    if body is None:
        at = instant(occurred)
        match kind:
            case "PENDING":
                return Pending(id=id, name=name, timestamp=at)
            case "RUNNING":
                return Running(id=id, name=name, timestamp=at)
            case "COMPLETED":
                return Completed(id=id, name=name, timestamp=at)
            case _:
                body = b"{}"
    head = _encoder.encode({"type": kind, "id": id, "name": name, "timestamp": instant(occurred)})
    rest = body.encode() if isinstance(body, str) else body
    return _states.decode(head[:-1] + (b"" if rest == b"{}" else b",") + rest[1:])


def state_name(state: State) -> str | None:
    """Return the name to store beside the type: None for the type's own name."""
    return None if state.name.upper() == state.kind and state.name == state.kind.capitalize() else state.name


def state_out(text: Json | None) -> State | None:
    """Read a whole state."""
    return None if text is None else _states.decode(text)


def actor_out(text: Json | None) -> Actor | None:
    """Read an actor."""
    return None if text is None else _actors.decode(text)


def cache_out(text: Json | None) -> CacheFacts | None:
    """Read a task run's cache facts."""
    return None if text is None else _caches.decode(text)


def terms_out(text: str | None) -> Terms | None:
    """Read what a run was told when it was made."""
    return None if text is None else _terms.decode(text)


def map_out(text: Json | None) -> dict[str, object]:
    """Read a mapping; NULL is an empty one."""
    return {} if text is None else _maps.decode(text)


def labels_out(text: Json | None) -> Labels:
    """Read labels; NULL is none."""
    return {} if text is None else _labels.decode(text)


def texts_out(text: Json) -> dict[str, str]:
    """Read a mapping of texts."""
    return _texts.decode(text)


def words_out(text: Json | None) -> list[str]:
    """Read a list of strings; NULL is an empty one."""
    return [] if text is None else _words.decode(text)


def edges_out(text: Json | None) -> dict[str, list[str]]:
    """Read a mapping of names to lists of ids."""
    return {} if text is None else _edges.decode(text)


def refuse_unstorable(params: Mapping[str, str | int | float | None]) -> None:
    """Raise `BadRequest` for a parameter that not every database can hold: text with a NUL character, a number of over 64 bits."""
    for name, value in params.items():
        if isinstance(value, str):
            if "\0" in value:
                raise BadRequest(f"{name}: text with a NUL character cannot be stored.", field=name)
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise BadRequest(f"{name}: {value} is beyond what can be stored.", field=name)


def value_out(text: Json | None) -> object:
    """Read any JSON value."""
    return None if text is None else msgspec.json.decode(text)
