"""What all nouns offer that the client gives: their fields as a dict, as JSON, and copies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.host.ids import new_id


class Face(Struct, kw_only=True):
    """What all of them offer."""

    def model_dump(self, *, mode: Literal["python", "json"] = "python") -> dict[str, object]:
        """Return the fields as a dict; with `mode="json"` every value is one that JSON knows."""
        kept = (datetime, UUID, timedelta) if mode == "python" else ()
        dumped: dict[str, object] = msgspec.to_builtins(self, builtin_types=kept, enc_hook=_plain)
        return dumped

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """Return the fields as JSON text."""
        text = msgspec.json.encode(self, enc_hook=_plain)
        return (msgspec.json.format(text, indent=indent) if indent else text).decode()

    def model_copy(self, *, update: dict[str, object] | None = None) -> Self:
        """Return a copy with some fields replaced."""
        return msgspec.structs.replace(self, **(update or {}))


def _plain(value: object) -> object:
    """What JSON does not know: a state by its recorded form, anything a user passed as a parameter by its repr."""
    model = getattr(value, "model", None)
    return msgspec.to_builtins(model) if isinstance(model, Struct) else repr(value)


def new_uuid() -> UUID:
    """Return a new id."""
    return UUID(new_id())
