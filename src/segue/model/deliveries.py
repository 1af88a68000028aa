"""Deliveries: what is told to the world outside on behalf of automations, each with all that was tried."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from segue.model.bounds import Instant
from segue.model.runs import Id

DeliveryKind: TypeAlias = Literal["notification", "webhook", "function"]
#: Waits to be sent (again); sent; given up; not sent, because the same was told shortly before.
DeliveryStatus: TypeAlias = Literal["waiting", "sent", "failed", "duplicate"]


class Try(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt, and what the other side answered."""

    at: Instant
    done: bool
    detail: str
    #: The status of an HTTP answer.
    status: int | None = None
    #: How long it took.
    seconds: float = 0.0


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one action of one firing wants to be told."""

    firing_id: Id
    number: int
    subject: str = ""
    #: The text of a notification, the payload of a call.
    body: str


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is sent once, however many attempts it takes; its id is the idempotency key of all of them."""

    id: Id
    kind: DeliveryKind
    status: DeliveryStatus = "waiting"
    automation_id: Id
    automation_name: str
    #: The block it is sent through, and what that was called.
    block_document_id: Id | None = None
    block: str | None = None
    #: Of a function: its address.
    url: str | None = None
    #: One, or several that were collected.
    messages: list[Message]
    attempts: int = 0
    #: Attempts made before somebody asked for it anew.
    counted_from: int = 0
    #: The last of its attempts, the oldest first.
    tries: list[Try] = []
    #: When it is sent (again); None once it is not any more.
    due: Instant | None = None
    #: What it waits for, or why it was not sent.
    reason: str | None = None
    #: The delivery that told the same shortly before.
    duplicate_of: Id | None = None
    created: Instant
    updated: Instant
