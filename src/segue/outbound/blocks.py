"""What is sent through a saved block, whichever its type."""

from __future__ import annotations

from segue.decide.sending import NOTIFY, WEBHOOK, notify_fault
from segue.model.blocks import BlockDocument
from segue.model.errors import BadRequest
from segue.outbound.custom import webhook_call
from segue.outbound.errands import Errand, Notice


def notice_by(document: BlockDocument, body: str, subject: str | None, key: str | None = None) -> Notice:
    """Return the errand of notifying by a block, which must have its secrets; raises `BadRequest` for a type that cannot."""
    fault = notify_fault(document.block_type_slug, document.name)
    if fault is not None:
        raise BadRequest(fault)
    return Notice(block_type=document.block_type_slug, data=document.data, body=body, subject=subject, key=key)


def trial_of(document: BlockDocument, body: str, subject: str) -> tuple[Errand, str]:
    """Return the errand of trying a block, and what that is called; raises `BadRequest` for a type that cannot be tried."""
    if document.block_type_slug == WEBHOOK:
        return webhook_call(document.data, {"subject": subject, "body": body, "test": True}, {}), "call"
    if document.block_type_slug not in NOTIFY:
        raise BadRequest(
            f"Block {document.block_type_slug}/{document.name} cannot be tried: nothing is sent through it. These types can be: "
            f"{', '.join(sorted({*NOTIFY, WEBHOOK}))}."
        )
    return notice_by(document, body, subject), "notify"
