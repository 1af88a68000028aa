"""What all nouns offer that the client gives: their fields as a dict, as JSON, and copies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

import msgspec
from msgspec import Struct

from segue.host.ids import new_id


class Face(Struct, kw_only=True):
    """What all of them offer."""

    def model_dump(
        self,
        *,
        mode: Literal["python", "json"] = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_none: bool = False,
        **_: object,
    ) -> dict[str, object]:
        """Return the fields as a dict; with `mode="json"` every value is one that JSON knows.

        `include` names the only ones wanted, `exclude` those not wanted. Other options of pydantic's method change nothing.
        """
        kept = (datetime, UUID, timedelta) if mode == "python" else ()
        dumped: dict[str, object] = msgspec.to_builtins(self, builtin_types=kept, enc_hook=_plain)
        return {
            name: value
            for name, value in dumped.items()
            if (include is None or name in include)
            and name not in (exclude or ())
            and not (exclude_none and value is None)
        }

    def model_dump_json(self, *, indent: int | None = None, **chosen: Any) -> str:
        """Return the fields as JSON text; takes what `model_dump` takes."""
        text = msgspec.json.encode(self.model_dump(**{**chosen, "mode": "json"}))
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
