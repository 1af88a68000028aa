"""How deliveries lie in rows."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from segue.model.deliveries import Delivery
from segue.store.codec import Json, Row, instant, instant_or_none, json_text

#: Facts that have columns of their own, which count.
_COLUMNS = ("id", "automation_id", "kind", "status", "attempts", "due", "created", "updated")


def delivery_out(row: Row) -> Delivery:
    """Build a delivery from its columns, in the order of `delivery_select`."""
    id, automation_id, kind, status, attempts, due, created, updated, body = cast(
        "tuple[str, str, str, str, int, int | None, int, int, Json]", row
    )
    facts: dict[str, Any] = msgspec.json.decode(body)
    columns = {
        "id": id, "automation_id": automation_id, "kind": kind, "status": status, "attempts": attempts,
        "due": instant_or_none(due), "created": instant(created), "updated": instant(updated),
    }  # fmt: skip
    return msgspec.convert({**facts, **columns}, Delivery)


def delivery_body(delivery: Delivery) -> str:
    """Return what is stored of a delivery besides its columns."""
    facts = msgspec.to_builtins(delivery)
    return json_text({name: value for name, value in facts.items() if name not in _COLUMNS})
