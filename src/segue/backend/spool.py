"""Spools: records that wait on this machine's disk for a server that is away.

One file for each server, run and fence, appended to by the process that holds the run and taken away when all of it is
delivered. Whoever holds the lock beside it delivers: the process itself, or, when that has ended, any later one of this home.

    line 1      the header: a JSON object
    then frames: length (4 bytes, big endian), CRC-32 (4 bytes), payload; the payload's first byte says what it is:
                 `R` a JSON array of records, `P` a proposal of a last state

A file beside it, `.at`, says how far it is delivered. It is only a shortcut: numbers are given to records by their place, and what
the server has already it passes over.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

import msgspec
from msgspec import Struct

from segue.host.disk import sync_folder
from segue.host.locks import FileLock
from segue.model.errors import SegueError

RECORDS, PROPOSAL = b"R", b"P"
_HEAD = struct.Struct(">II")
#: No frame is larger; a length beyond it is damage.
_LARGEST = 64 * 1024 * 1024


class SpoolProblem(SegueError):
    """Records cannot be kept at {path}: {why}"""  # noqa: D400 - it ends with the reason's own words

    code = "spool.problem"
    status = 503


class SpoolHeader(Struct, frozen=True, kw_only=True):
    """What a spool is for."""

    server: str
    lease_id: str
    fence: int
    #: Number of the last record that the server had before the first one here.
    applied: int
    #: When it was made, as seconds since 1970.
    since: float = 0.0
    #: The token by which the run reports; None where the key of the process is used.
    token: str | None = None


class Progress(Struct, frozen=True):
    """How far a spool is delivered: the place of the next frame, the number of the last record at the server."""

    offset: int
    applied: int
    #: Records of the next frame that are delivered already.
    within: int = 0


class Frame(Struct, frozen=True):
    """One frame, and where the next one begins."""

    kind: bytes
    payload: bytes
    after: int


class Spool:
    """One spool file, held by this process."""

    def __init__(
        self, path: str, header: SpoolHeader, lock: FileLock, *, file: int, size: int, progress: Progress
    ) -> None:
        self.path = path
        self.header = header
        self._lock = lock
        self._file = file
        self.size = size
        self.progress = progress

    @classmethod
    def create(cls, path: str, header: SpoolHeader) -> Spool:
        """Make a spool; raises `SpoolProblem`."""
        try:
            folder = os.path.dirname(path)
            # The mode counts for the last folder alone: the home, what holds its spools, the one for this server.
            for each in (os.path.dirname(os.path.dirname(folder)), os.path.dirname(folder), folder):
                os.makedirs(each, mode=0o700, exist_ok=True)
            lock = FileLock(f"{path}.lock")
            lock.acquire()
            while not lock.is_at(f"{path}.lock"):
                # Whoever held it took the spool away, and the lock with it.
                lock.close()
                lock = FileLock(f"{path}.lock")
                lock.acquire()
        except OSError as problem:
            raise _problem(path, problem) from problem
        if os.path.exists(path):
            # Left by an earlier attempt of this very process, or of one that held the lease under the same fence.
            return _opened(path, lock)
        line = msgspec.json.encode(header) + b"\n"
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as problem:
            _remove(f"{path}.lock")
            lock.close()
            raise _problem(path, problem) from problem
        spool = cls(path, header, lock, file=file, size=0, progress=Progress(len(line), header.applied))
        try:
            spool._write(line)
            sync_folder(os.path.dirname(path))
        except OSError as problem:
            spool.remove()
            raise _problem(path, problem) from problem
        return spool

    @classmethod
    def take(cls, path: str) -> Spool | None:
        """Open a spool that nobody holds; None when somebody does, or it is gone. Raises `SpoolProblem`."""
        try:
            lock = FileLock(f"{path}.lock")
        except OSError as problem:
            raise _problem(path, problem) from problem
        if not lock.try_acquire() or not lock.is_at(f"{path}.lock"):
            lock.close()
            return None
        if not os.path.exists(path):
            _remove(f"{path}.lock")
            lock.close()
            return None
        return _opened(path, lock)

    @property
    def waits(self) -> bool:
        """Whether anything in it is still to be delivered."""
        return self.progress.offset < self.size

    def append(self, kind: bytes, payload: bytes, *, limit: int | None = None) -> None:
        """Add a frame, on disk when this returns; what could not be written whole is taken back. Raises `SpoolProblem`.

        `limit`: bytes that the file may grow to.
        """
        data = kind + payload
        before = self.size
        if limit is not None and before + len(data) > limit:
            raise SpoolProblem(path=self.path, why=f"the limit of {limit:,} bytes is reached.")
        try:
            self._write(_HEAD.pack(len(data), zlib.crc32(data)) + data)
        except OSError as problem:
            # Where this fails as well the next reader cuts it off: its sum is wrong.
            with suppress(OSError):
                os.ftruncate(self._file, before)
            self.size = before
            raise _problem(self.path, problem) from problem

    def frames(self) -> Iterator[Frame]:
        """Yield what is still to be delivered."""
        return _frames(self._file, self.progress.offset, self.size)

    def delivered(self, progress: Progress) -> None:
        """Take note of how far it is delivered."""
        self.progress = progress
        text = msgspec.json.encode(progress)
        # Only a shortcut: without it what is delivered is sent again, and passed over.
        with suppress(OSError), open(f"{self.path}.at", "wb", opener=_private) as file:
            file.write(text)

    def remove(self) -> None:
        """Take it away: everything is delivered, or it was never used."""
        for suffix in ("", ".at", ".lock"):
            _remove(self.path + suffix)
        self.close()

    def close(self) -> None:
        """Leave it to whoever comes next."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._lock.close()

    def abandon(self) -> None:
        """Forget it in a forked child: it is its parent's."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._lock.abandon()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        at = self.size
        while view:
            os.lseek(self._file, at, os.SEEK_SET)
            done = os.write(self._file, view)
            view, at = view[done:], at + done
        os.fsync(self._file)
        self.size = at


def peek(path: str) -> tuple[SpoolHeader, Progress, list[Frame]] | None:
    """Read a spool without holding it: its header, how far it is delivered, and what is left; None when it is none."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        size = os.fstat(file).st_size
        header, start = _header(file)
        progress = _progress(path, start, size, header)
        return header, progress, list(_frames(file, progress.offset, size))
    except (msgspec.MsgspecError, SpoolProblem, OSError):
        return None
    finally:
        os.close(file)


def _opened(path: str, lock: FileLock) -> Spool:
    try:
        file = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        header, start = _header(file)
        size = os.fstat(file).st_size
        whole = start
        for frame in _frames(file, start, size):
            whole = frame.after
        if whole < size:
            _cut(path, file, whole, size)
    except (OSError, msgspec.MsgspecError) as problem:
        lock.close()
        raise _problem(path, problem) from problem
    progress = _progress(path, start, whole, header)
    return Spool(path, header, lock, file=file, size=whole, progress=progress)


def _header(file: int) -> tuple[SpoolHeader, int]:
    line = _read(file, 0, 4096).partition(b"\n")[0]
    return msgspec.json.decode(line, type=SpoolHeader), len(line) + 1


def _progress(path: str, start: int, size: int, header: SpoolHeader) -> Progress:
    try:
        with open(f"{path}.at", "rb") as file:
            found = msgspec.json.decode(file.read(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return Progress(start, header.applied)
    return found if start <= found.offset <= size else Progress(start, header.applied)


def _frames(file: int, offset: int, size: int) -> Iterator[Frame]:
    """Yield whole frames, up to the first that is not."""
    while offset + _HEAD.size <= size:
        length, sum_ = _HEAD.unpack(_read(file, offset, _HEAD.size))
        after = offset + _HEAD.size + length
        if not 0 < length <= _LARGEST or after > size:
            return
        data = _read(file, offset + _HEAD.size, length)
        if zlib.crc32(data) != sum_:
            return
        yield Frame(data[:1], data[1:], after)
        offset = after


def _read(file: int, at: int, count: int) -> bytes:
    os.lseek(file, at, os.SEEK_SET)
    parts = []
    while count and (part := os.read(file, count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _cut(path: str, file: int, whole: int, size: int) -> None:
    """Cut off what is not whole: a frame that was being written when its process or machine went, never reported as kept."""
    length = _HEAD.unpack(_read(file, whole, _HEAD.size))[0] if size - whole >= _HEAD.size else size
    if whole + _HEAD.size + length < size:
        # More follows it, so it was whole once: the disk has lost something. It is put aside, for people.
        rest = _read(file, whole, size - whole)
        with open(f"{path}.damaged", "ab", opener=_private) as aside:
            aside.write(rest)
    os.ftruncate(file, whole)
    os.fsync(file)


def put_aside(path: str) -> None:
    """Take a file that is no spool out of the way, for people to look at."""
    with suppress(OSError):
        os.replace(path, f"{path}.damaged")
    _remove(f"{path}.lock")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _remove(path: str) -> None:
    with suppress(OSError):
        os.remove(path)


def _problem(path: str, problem: Exception) -> SpoolProblem:
    why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return SpoolProblem(path=path, why=why)
