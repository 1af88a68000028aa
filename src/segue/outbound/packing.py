"""Deliveries packed into errands: what exactly is sent, through which block, with which key and signature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from segue.decide.sending import webhook_fault
from segue.model.blocks import BlockDocument
from segue.model.deliveries import Delivery
from segue.model.errors import BadRequest
from segue.outbound.blocks import notice_by
from segue.outbound.custom import webhook_call
from segue.outbound.errands import Errand
from segue.outbound.functions import function_call
from segue.outbound.signing import headers_of


def packed(delivery: Delivery, block: BlockDocument | None, *, at: datetime) -> Errand:
    """Return the errand of a delivery; `block` must have its secrets. Raises `BadRequest` for a block of the wrong type."""
    first = delivery.messages[0]
    if delivery.kind == "function":
        return function_call(str(delivery.url), first.body, block, id=delivery.id, at=at)
    if block is None:
        raise BadRequest(f"Delivery {delivery.id} names no block.")
    if delivery.kind == "webhook":
        return _webhook(delivery, block, first.body, at)
    subject, body = first.subject, first.body
    if len(delivery.messages) > 1:
        subject = f"{len(delivery.messages)} messages: {first.subject}"
        body = "\n\n".join(f"{each.subject}\n{each.body}".strip() for each in delivery.messages)
    return notice_by(block, body, subject, key=delivery.id)


def _webhook(delivery: Delivery, block: BlockDocument, body: str, at: datetime) -> Errand:
    fault = webhook_fault(block.block_type_slug, block.name)
    if fault is not None:
        raise BadRequest(fault)
    headers = headers_of(delivery.id, at, body, _text(block.data, "signing_secret"))
    if _is_json(body):
        headers["content-type"] = "application/json"
    return webhook_call(block.data, body, headers)


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value else None
