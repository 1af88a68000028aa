"""Leases: the right to write for a run, given to one process at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from msgspec import Struct

from segue.model.errors import NotFound, StaleFence
from segue.model.slots import TAG
from segue.store.codec import instant, json_text, micros
from segue.store.rows import flow_run_out
from segue.store.session import Session
from segue.wire.requests import (
    EndLease,
    Holder,
    Lease,
    LeaseRequest,
    Nothing,
    OpenLease,
    OpenLeases,
    Renewal,
    RenewalAnswer,
    TakeLease,
)

#: An ended lease is kept this long, for the last records of its run: their process may have kept them on its disk.
_KEEP_ENDED = timedelta(days=7)


class LeaseRow(Struct, frozen=True):
    """A lease as it is stored."""

    id: str
    kind: str
    fence: int
    holder: Holder
    expires: int
    last_sequence: int
    ended: int | None
    served: bool


def read_lease(session: Session, id: str | None) -> LeaseRow | None:
    """Return the stored lease, ended or not."""
    if id is None:
        return None
    row = session.row("lease_read", id=id)
    return None if row is None else _lease(row)


def may_be_near(lease: LeaseRow, asker: Holder) -> bool:
    """Say whether the holder may be of the asker's machine; what was granted through a server is so in the same boot alone."""
    who = lease.holder
    alike = (who.host, who.pid_namespace) == (asker.host, asker.pid_namespace)
    return alike and (who.boot == asker.boot or not lease.served)


def is_held(session: Session, lease_id: str | None) -> bool:
    """Say whether a process holds this lease; an expired one is held until it was reaped or taken over."""
    lease = read_lease(session, lease_id)
    return lease is not None and lease.ended is None


def grant(
    session: Session, id: str, kind: str, request: LeaseRequest, *, fence: int, seconds: float | None = None
) -> Lease:
    """Write the lease of a new holder; for so many seconds where that is not what was asked for."""
    now = session.now()
    seconds = request.seconds if seconds is None else seconds
    session.run("leases_forget", before=micros(now - _KEEP_ENDED))
    expires = now + timedelta(seconds=seconds)
    who = request.holder
    session.run(
        "lease_put",
        id=id,
        kind=kind,
        fence=fence,
        host=who.host,
        boot=who.boot,
        pid_namespace=who.pid_namespace,
        pid=who.pid,
        started=who.started,
        expires=micros(expires),
        served=int(request.served),
    )
    if request.token is not None:
        # The door: what is recorded here needs no token, and hashes are not loaded for it.
        from segue.service.run_tokens import keep_token  # noqa: PLC0415

        keep_token(session, id, request.token)
    return Lease(id=id, fence=fence, expires=expires, limited_tags=limited_tags(session), seconds=seconds)


def limited_tags(session: Session) -> list[str]:
    """Return the tags of tasks under a concurrency limit."""
    return [str(row[0]).removeprefix(TAG) for row in session.rows("limited_tags")]


def take(session: Session, request: TakeLease) -> Lease:
    """Open a lease that belongs to no flow run; taken again, its fence rises."""
    known = read_lease(session, request.id)
    return grant(session, request.id, request.kind, request.lease, fence=known.fence + 1 if known else 1)


def renew(session: Session, request: Renewal) -> RenewalAnswer:
    """Renew leases and tell their holder what it must know."""
    expires = micros(session.now() + timedelta(seconds=request.seconds))
    lost = [id for id, fence in request.leases if session.run("lease_renew", id=id, fence=fence, expires=expires) == 0]
    asked = json_text([id for id, _ in request.leases])
    runs = [flow_run_out(row) for row in session.rows("flow_runs_cancelling", leases=asked)]
    return RenewalAnswer(lost=lost, cancel=[(run.id, run.state) for run in runs], limited_tags=limited_tags(session))


def end(session: Session, request: EndLease) -> Nothing:
    """Take a lease back from its holder; a lease that is gone is left alone. Raises `StaleFence` for another's."""
    lease = read_lease(session, request.id)
    if lease is None:
        return Nothing()
    if lease.fence != request.fence:
        raise StaleFence(given=request.fence, current=lease.fence)
    session.run("lease_end", id=request.id, now=micros(session.now()))
    return Nothing()


def all_open(session: Session) -> list[LeaseRow]:
    """Return the stored leases that are held, and those whose run is closed while tasks of it are open.

    Such tasks come from a process that goes on although its run was closed, or were told of by what it left on its disk.
    """
    return [_lease(row) for row in session.rows("leases_open")]


def list_open(session: Session, request: Nothing) -> OpenLeases:
    """Return the leases under which something is open."""
    return OpenLeases(items=[open_lease(lease) for lease in all_open(session)])


def open_lease(lease: LeaseRow) -> OpenLease:
    """Return a lease as the reaper sees it."""
    return OpenLease(
        id=lease.id, fence=lease.fence, holder=lease.holder, expires=instant(lease.expires), served=lease.served,
        over=lease.ended is not None,
    )  # fmt: skip


def _lease(row: object) -> LeaseRow:
    id, kind, fence, host, boot, space, pid, started, expires, last_sequence, ended, served = cast(
        "tuple[str, str, int, str, str, str, int, str, int, int, int | None, int]", row
    )
    holder = Holder(host=host, boot=boot, pid_namespace=space, pid=pid, started=started)
    return LeaseRow(id, kind, fence, holder, expires, last_sequence, ended, bool(served))


class Standing(Struct, frozen=True):
    """Where the record stream of a lease stood when a batch came."""

    #: Number of the last record applied before.
    known: int
    ended: bool


def advance(session: Session, id: str, fence: int, *, before: int, last: int) -> Standing:
    """Move the number of a lease's last record from `before` to `last`; when it did not stand at `before`, only say where.

    Raises `StaleFence` when the lease is another's, `NotFound` when it is gone.
    """
    row = session.row("lease_advance", id=id, fence=fence, before=before, last=last)
    if row is not None:
        return Standing(before, row[0] is not None)
    lease = read_lease(session, id)
    if lease is None:
        raise NotFound(kind="lease", id=id)
    if lease.fence != fence:
        raise StaleFence(given=fence, current=lease.fence)
    return Standing(lease.last_sequence, lease.ended is not None)
