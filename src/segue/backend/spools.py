"""The spools of a home: where they lie, whose they are, and their delivery when their process has ended."""

from __future__ import annotations

import logging
import os
import zlib

import msgspec
from msgspec import Struct

from segue.backend.delivery import NO_LEASE, Post, drain, is_loss
from segue.backend.spool import PROPOSAL, RECORDS, Spool, SpoolHeader, SpoolProblem, peek, put_aside
from segue.host.clock import now
from segue.host.locks import FileLock
from segue.model.errors import SegueError
from segue.model.runs import Id

_log = logging.getLogger("segue.backend")

_SUFFIX = ".spool"


class Waiting(Struct, frozen=True, kw_only=True):
    """A spool as people see it."""

    path: str
    server: str
    #: None of events that belong to no run.
    run_id: str | None
    records: int
    #: Whether the run's end waits as well.
    ended: bool
    size: int
    #: When the oldest of it was put there, as seconds since 1970.
    since: float
    #: Whether a living process delivers it.
    held: bool


def folder_of(home: str) -> str:
    """Return the folder of a home's spools."""
    return os.path.join(home, "spool")


class Spools:
    """The spools for one server."""

    def __init__(self, home: str, server: str, *, limit: int) -> None:
        self.server = server
        #: Bytes of one spool at most.
        self.limit = limit
        word = "".join(letter if letter.isalnum() else "-" for letter in server.partition("://")[2])[:60]
        mark = f"{zlib.crc32(server.encode()):08x}"
        self.folder = os.path.join(folder_of(home), f"{word}-{mark}")

    def create(self, lease_id: Id, fence: int, applied: int, token: str | None = None) -> Spool:
        """Make the spool of a lease; raises `SpoolProblem`."""
        header = SpoolHeader(
            server=self.server, lease_id=lease_id, fence=fence, applied=applied, since=now().timestamp(), token=token
        )
        return Spool.create(os.path.join(self.folder, f"{lease_id}.{fence}{_SUFFIX}"), header)

    def left(self) -> list[str]:
        """Return the paths of all spools, the oldest first; those of living processes as well."""
        return _spools_in(self.folder)

    def deliver(self, post: Post) -> int:
        """Deliver what processes that have ended left; returns how many spools. Raises `Away` when the server went away."""
        done = 0
        for path in self.left():
            try:
                spool = Spool.take(path)
            except SpoolProblem as problem:
                # It never held anything that was reported as kept, or the disk has lost its first line.
                _log.error("%s It is put aside as %s.damaged.", problem, path)
                put_aside(path)
                continue
            if spool is None:
                continue
            try:
                if spool.waits:
                    _log.info("Delivering the records that wait for run %s.", spool.header.lease_id)
                _drained(spool, post)
                spool.remove()
                done += 1
            finally:
                spool.close()
        return done


def _drained(spool: Spool, post: Post) -> None:
    try:
        drain(spool, post)
    except SegueError as error:
        if not is_loss(error):
            raise
        _log.warning("Records of run %s are no longer accepted: %s", spool.header.lease_id, error)


def waiting(home: str) -> list[Waiting]:
    """Return every spool of a home, the oldest first."""
    found: list[Waiting] = []
    top = folder_of(home)
    for name in _names(top):
        found.extend(entry for path in _spools_in(os.path.join(top, name)) if (entry := _look(path)) is not None)
    return found


def _spools_in(folder: str) -> list[str]:
    # Ids rise with time, so names do.
    return [os.path.join(folder, name) for name in sorted(_names(folder)) if name.endswith(_SUFFIX)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _look(path: str) -> Waiting | None:
    seen = peek(path)
    if seen is None:
        return None
    header, _, frames = seen
    lists = [msgspec.json.decode(frame.payload, type=list[msgspec.Raw]) for frame in frames if frame.kind == RECORDS]
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return Waiting(
        path=path,
        server=header.server,
        run_id=None if header.fence == NO_LEASE else header.lease_id,
        records=sum(len(each) for each in lists),
        ended=any(frame.kind == PROPOSAL for frame in frames),
        size=facts.st_size,
        since=header.since or facts.st_mtime,
        held=_is_held(f"{path}.lock"),
    )


def _is_held(path: str) -> bool:
    if not os.path.exists(path):
        return False
    lock = FileLock(path)
    free = lock.try_acquire()
    lock.close()
    return not free
