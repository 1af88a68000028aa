"""The log of deliveries: what was told to whom, what was answered, and what still waits."""

from __future__ import annotations

from segue.decide.naming import RESOURCE_ID, RESOURCE_NAME
from segue.model.deliveries import Delivery
from segue.model.errors import BadRequest
from segue.service.delivering import again, find
from segue.service.happenings import changed
from segue.service.pairing import pair
from segue.store.codec import micros, micros_or_none
from segue.store.delivery_rows import delivery_out
from segue.store.lists import Sort, Where, count, encode_cursor, page
from segue.store.session import Session
from segue.store.statements import statement
from segue.wire import deliveries as w
from segue.wire.queries import Count
from segue.wire.requests import ById


def read(session: Session, request: ById) -> Delivery:
    """Return a delivery with its attempts; raises `NotFound`."""
    return find(session, request.id)


def list_page(session: Session, request: w.DeliveryQuery) -> w.Deliveries:
    """Return a page of deliveries, the newest first unless `sort` says otherwise."""
    where = _where(session, request)
    sort = Sort(request.sort, {"created": "created"}, "id")
    sort.beyond(where, request.after)
    rows, more = page(session, statement("delivery_select"), where, sort, request.limit, request.offset)
    items = [delivery_out(row) for row in rows]
    after = encode_cursor(micros(items[-1].created), items[-1].id) if more else None
    return w.Deliveries(items=items, next=after)


def count_all(session: Session, request: w.DeliveryQuery) -> Count:
    """Count deliveries."""
    return Count(count(session, "delivery", _where(session, request)))


def _where(session: Session, request: w.DeliveryQuery) -> Where:
    where = Where(session.dialect)
    where.among("id", request.ids)
    where.among("automation_id", request.automation_ids)
    where.among("status", None if request.statuses is None else [str(each) for each in request.statuses])
    where.among("kind", None if request.kinds is None else [str(each) for each in request.kinds])
    where.among("block_id", request.block_document_ids)
    where.compare("created", ">=", micros_or_none(request.created_after))
    where.compare("created", "<", micros_or_none(request.created_before))
    return where


def retry(session: Session, request: ById) -> Delivery:
    """Send a delivery now, also one that was given up; raises `NotFound`, and `BadRequest` for one that is over."""
    session.order()
    known = find(session, request.id)
    if known.status not in {"waiting", "failed"}:
        raise BadRequest(f"Delivery {known.id} is {known.status}: only what failed or waits can be sent again.")
    made = again(session, known)
    labels = {RESOURCE_ID: f"segue.delivery.{known.id}", RESOURCE_NAME: known.block or known.url or known.id}
    changed(session, "segue.delivery.retried", labels, automation=known.automation_id)
    return made


HANDLERS = dict(
    (
        pair(w.DELIVERY_READ, read),
        pair(w.DELIVERY_LIST, list_page),
        pair(w.DELIVERY_COUNT, count_all),
        pair(w.DELIVERY_RETRY, retry),
    )
)
