"""Delivery of records to a server: packed, numbered, sent, and what the server says about them understood."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from segue.backend.spool import PROPOSAL, RECORDS, Frame, Progress, Spool
from segue.model.errors import NotFound, RecordsMissing, SegueError, StaleFence
from segue.model.events import Event
from segue.model.records import EventTold, Record
from segue.model.runs import Id
from segue.wire.codec import HttpRequest, compose
from segue.wire.events import EVENT_TELL, NewEvent, Tell
from segue.wire.operations import FLOW_RUN_PROPOSE, RECORDS_APPEND
from segue.wire.requests import Proposal, Verdict

_log = logging.getLogger("segue.backend")

#: Records and bytes of one batch at most; the server takes twice as much.
BATCH_RECORDS, BATCH_BYTES = 2_000, 2 * 1024 * 1024
#: The server takes no more events at once.
BATCH_EVENTS = 1_000
#: The fence of a stream of events that belong to no run: nobody can take it over, so nobody holds it.
NO_LEASE = 0
#: Answers about a record that no repetition will change.
_REFUSALS = frozenset({400, 413, 422})

_encode = msgspec.json.Encoder().encode


class Post(Protocol):
    """Sends one request to the server."""

    def __call__(self, request: HttpRequest, /, *, token: str | None = None) -> bytes:
        """Return the answer's body; raises `Away` when there was none, else the `SegueError` that the server told."""
        ...


class Packed(Struct, frozen=True):
    """Some records, ready to be sent or kept."""

    #: A JSON array.
    text: bytes
    count: int
    #: Records that went into it, or were left out because they are no JSON.
    used: int
    problem: SegueError | None = None


class _Numbered(Struct, frozen=True):
    """A batch whose records are encoded already."""

    lease_id: Id
    fence: int
    first: int
    records: msgspec.Raw


def pack(records: Sequence[Record], lease_id: Id) -> Packed:
    """Pack as many of these records as one batch takes."""
    used = min(len(records), BATCH_RECORDS)
    while True:
        try:
            text = _encode(list(records[:used]))
        except Exception:  # noqa: BLE001 - whatever users put into a record may fail as it likes
            return _packed_singly(records[:used], lease_id)
        if used == 1 or len(text) <= BATCH_BYTES:
            return Packed(text, used, used)
        used = max(1, used // 2)


def _packed_singly(records: Sequence[Record], lease_id: Id) -> Packed:
    texts: list[bytes] = []
    used, size = 0, 0
    problem: SegueError | None = None
    for record in records:
        try:
            text = _encode(record)
        except Exception as error:  # noqa: BLE001 - as above
            problem = refused(lease_id, error)
            used += 1
            continue
        if texts and size + len(text) > BATCH_BYTES:
            break
        texts.append(text)
        size += len(text)
        used += 1
    return Packed(b"[" + b",".join(texts) + b"]", len(texts), used, problem)


def refused(lease_id: Id, error: Exception) -> SegueError:
    """Say that a record is left out, and why."""
    told = f"A record of run {lease_id} cannot be stored: {error}"
    _log.error(told)
    return error if isinstance(error, SegueError) else SegueError(told)


class Refused(Exception):
    """The server took none of these records, because of one of them that it will never take."""

    def __init__(self, problem: SegueError) -> None:
        super().__init__(str(problem))
        self.problem = problem


def is_loss(error: SegueError) -> bool:
    """Say whether an answer means that nothing more of this lease will ever be taken."""
    return isinstance(error, StaleFence) or (isinstance(error, NotFound) and error.code == NotFound.code)


def _is_refusal(error: SegueError) -> bool:
    return error.status in _REFUSALS and error.code != "api.version"


def send(post: Post, packed: Packed, *, applied: int, lease: tuple[Id, int], token: str | None = None) -> int:
    """Send records that follow number `applied`, and return the number of the last.

    Raises `Refused`, `Away`, and what `is_loss` knows when nothing more is taken at all.
    """
    if not packed.count:
        return applied
    if lease[1] == NO_LEASE:
        return _tell(post, packed, applied)
    batch = _Numbered(lease[0], lease[1], applied + 1, msgspec.Raw(packed.text))
    try:
        post(HttpRequest(RECORDS_APPEND.method, RECORDS_APPEND.path, _encode(batch)), token=token)
    except RecordsMissing as gap:
        # The server has lost what it had acknowledged, as after a disaster; what comes now is kept under the next numbers.
        _log.error("%s They were acknowledged before: the server has lost them.", gap)
        return send(post, packed, applied=int(str(gap.facts["first"])) - 1, lease=lease, token=token)
    except SegueError as error:
        if _is_refusal(error):
            raise Refused(error) from error
        raise
    return applied + packed.count


def _tell(post: Post, packed: Packed, applied: int) -> int:
    """Send events that no lease is needed for: each is kept once by its id, so a batch that is sent again does no harm."""
    told = [_new(record.event) for record in msgspec.json.decode(packed.text, type=list[EventTold])]
    for first in range(0, len(told), BATCH_EVENTS):
        try:
            post(compose(EVENT_TELL, Tell(items=told[first : first + BATCH_EVENTS])))
        except SegueError as error:
            if _is_refusal(error):
                raise Refused(error) from error
            raise
    return applied + packed.count


def _new(event: Event) -> NewEvent:
    return NewEvent(
        event=event.event, resource=event.resource, id=event.id, occurred=event.occurred, related=event.related,
        payload=event.payload, follows=event.follows,
    )  # fmt: skip


def drain(spool: Spool, post: Post, *, moved: Callable[[int, SegueError | None], object] = lambda *_: None) -> None:
    """Deliver a spool in order, to its end; raises `Away`, and what `is_loss` knows when it is of no use.

    `moved` is told after each step the number of the last record at the server, and the problem with one that it refused.
    """
    header = spool.header
    lease = (header.lease_id, header.fence)
    while spool.waits:
        frames = _next(spool)
        at = spool.progress
        if frames[0].kind == PROPOSAL:
            _propose(post, frames[0].payload, header.token)
            spool.delivered(Progress(frames[0].after, at.applied))
            continue
        try:
            applied = send(post, _joined(frames, at.within), applied=at.applied, lease=lease, token=header.token)
        except Refused:
            _drain_singly(spool, frames[0], post, moved)
            continue
        spool.delivered(Progress(frames[-1].after, applied))
        moved(applied, None)


def _next(spool: Spool) -> list[Frame]:
    """Gather the next frames that make one batch; a proposal comes alone."""
    gathered: list[Frame] = []
    size = 0
    for frame in spool.frames():
        size += len(frame.payload)
        if gathered and (frame.kind != RECORDS or size > BATCH_BYTES):
            break
        gathered.append(frame)
        if frame.kind != RECORDS:
            break
    return gathered


def _joined(frames: list[Frame], within: int) -> Packed:
    records = [record for frame in frames for record in msgspec.json.decode(frame.payload, type=list[msgspec.Raw])]
    records = records[within:]
    return Packed(_encode(records), len(records), len(records))


def _drain_singly(spool: Spool, frame: Frame, post: Post, moved: Callable[[int, SegueError | None], object]) -> None:
    """Deliver one frame record by record, and leave out what the server refuses."""
    header = spool.header
    for record in msgspec.json.decode(frame.payload, type=list[msgspec.Raw])[spool.progress.within :]:
        at, problem = spool.progress, None
        applied = at.applied
        try:
            one = Packed(_encode([record]), 1, 1)
            applied = send(post, one, applied=applied, lease=(header.lease_id, header.fence), token=header.token)
        except Refused as refusal:
            problem = refused(header.lease_id, refusal.problem)
        spool.delivered(Progress(at.offset, applied, at.within + 1))
        moved(applied, problem)
    spool.delivered(Progress(frame.after, spool.progress.applied))


def _propose(post: Post, payload: bytes, token: str | None) -> None:
    proposal = msgspec.json.decode(payload, type=Proposal)
    try:
        answer = msgspec.json.decode(post(compose(FLOW_RUN_PROPOSE, proposal), token=token), type=Verdict)
    except SegueError as error:
        if not is_loss(error) and not _is_refusal(error):
            raise
        _log.warning("Run %s did not take its end %r: %s", proposal.id, proposal.state.name, error)
        return
    if answer.status != "accept":
        _log.warning(
            "Run %s was %s meanwhile, and stays so; that it ended as %s is noted with it.",
            proposal.id, answer.state.name, proposal.state.name,
        )  # fmt: skip
