"""Taking in the record stream of a lease: each record once, in order, none under an old fence."""

from __future__ import annotations

from collections.abc import Sequence

from segue.model import sizes
from segue.model.errors import NotFound, RecordsMissing, StaleFence, TooLarge
from segue.model.records import Record, SubflowMoved, TaskRunMoved
from segue.service import attribution
from segue.service.leases import advance, read_lease
from segue.service.records import BatchRows
from segue.store.codec import json_text
from segue.store.session import Session, Writer
from segue.wire.requests import Applied, Batch


def append(session: Session, request: Batch) -> Applied:
    """Apply a batch; what was applied before is skipped. Raises `RecordsMissing` for a gap, `NotFound`, `StaleFence`."""
    size = len(json_text(request.records))
    if size > sizes.BATCH and len(request.records) > 1:
        raise TooLarge(what="The batch", size=size, limit=sizes.BATCH)
    lease = read_lease(session, request.lease_id)
    if lease is None:
        raise NotFound(kind="lease", id=request.lease_id)
    if lease.fence != request.fence:
        raise StaleFence(given=request.fence, current=lease.fence)
    known = lease.last_sequence
    if request.first > known + 1:
        raise RecordsMissing(first=known + 1, last=request.first - 1, lease=request.lease_id)
    records = attribution.records(session, request.lease_id, request.records[known + 1 - request.first :])
    if records:
        apply(session, prepare(request.lease_id, request.fence, records), before=known, records=records)
    return Applied(last_sequence=known + len(records))


def prepare(lease_id: str, fence: int, records: Sequence[Record]) -> BatchRows:
    """Turn records into rows; needs no database. Raises when one of the records cannot be stored."""
    rows = BatchRows(lease_id, fence)
    rows.take(records)
    rows.encode()
    return rows


def apply(session: Session, rows: BatchRows, *, before: int, records: Sequence[Record]) -> None:
    """Apply prepared records that follow number `before`; raises `StaleFence` when the lease is another's."""
    last = before + len(records)
    standing = advance(session, rows.lease_id, rows.fence, before=before, last=last)
    if standing.known < before:
        raise RecordsMissing(first=standing.known + 1, last=before, lease=rows.lease_id)
    fresh = records
    if standing.known > before:
        # An earlier attempt was committed although its answer was lost.
        fresh = fresh[standing.known - before :]
        if not fresh:
            return
        advance(session, rows.lease_id, rows.fence, before=standing.known, last=last)
    if standing.ended:
        fresh = _still_open(session, fresh)
    if fresh is not records:
        rows = prepare(rows.lease_id, rows.fence, fresh)
    rows.write(session)


def apply_alone(session: Writer, rows: BatchRows, *, before: int, records: Sequence[Record]) -> None:
    """Apply a batch that is alone in its transaction; the transaction may be over already when this returns."""
    if not rows.write_at_once(session, before=before, last=before + len(records)):
        apply(session, rows, before=before, records=records)


def skip(session: Session, lease_id: str, fence: int, *, before: int) -> None:
    """Pass over the record after number `before`, which cannot be stored."""
    advance(session, lease_id, fence, before=before, last=before + 1)


def _still_open(session: Session, records: Sequence[Record]) -> Sequence[Record]:
    """Leave out moves of runs that ended with their parent: final is final, only logs and the like still arrive."""
    moved = {record.id for record in records if isinstance(record, TaskRunMoved | SubflowMoved)}
    if not moved:
        return records
    over = {row[0] for row in session.rows("runs_over", ids=json_text(sorted(moved)))}
    return [r for r in records if not (isinstance(r, TaskRunMoved | SubflowMoved) and r.id in over)]
