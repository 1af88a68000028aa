"""The results of one durable run in one file, to which each finished step appends.

A file of its own for each step would cost two syncs, of the file and of its folder; an append costs one, which many appends may
share. The sync is not waited for where a value is saved, but by whoever commits the row that points to it: the disk writes while
the statements of that commit are executed, and no row is committed before `settle` returned. A record is

    length of the rest (4 bytes) │ CRC-32 of the rest (4 bytes) │ length of the key (2 bytes) │ key │ serialized value

and a pointer holds the offset of its record. What a crash leaves half-written at the end is cut off when the file is opened again.
While the file is written, zeros are kept ahead of its end: a sync that need not record a new length takes a third less time.
One process writes a file: its name carries the fence of the lease, a lease has one holder, and a lock sees to the rest (a forked
child). Older files of a run are only read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import struct
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from segue.engine.unpickling import unpickled
from segue.exceptions import MissingResult, SerializationError
from segue.host.disk import begin_writing
from segue.host.locks import FileLock
from segue.model.states import ResultRef
from segue.result_storage import resolve_serializer
from segue.serializers import Serializer, dump_pickle
from segue.whole_files import make_folder, sync_folder

_MAGIC = b"SEGUEJ01"
_HEAD = struct.Struct("<IIH")
#: Bytes that the CRC covers begin after the two numbers before it.
_COVERED = 8
#: Bytes of zeros written ahead.
_LEAST_AHEAD, _MOST_AHEAD = 1 << 12, 1 << 16
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
#: Not every system has it; there `fsync` does a little more than is needed.
_sync = getattr(os, "fdatasync", os.fsync)


class JournalResults:
    """Keeps the results of one durable run; `fence` is that of the lease under which this process holds it."""

    def __init__(
        self,
        folder: Path | str,
        run_id: str,
        fence: int = 0,
        serializer: str | Serializer[Any] = "pickle",
        *,
        ahead: bool = True,
    ) -> None:
        self.folder = Path(folder)
        self.path = self.folder / f"{_UNSAFE.sub('_', run_id)}.{fence}.journal"
        self._serializer = None if serializer == "pickle" else resolve_serializer(serializer)
        self._storage = f"journal:{self.path}"
        self._lock = threading.Lock()
        #: Whether the disk is to begin with a value before the sync, as it should where something else is done in between.
        self._ahead = ahead
        self._file = -1
        #: Where the next record begins, and how far zeros were written ahead of it.
        self._end = self._room = 0
        self._pid = 0
        self._writer: FileLock | None = None
        #: Up to where the file is known to be on stable storage, and what this process wrote behind that.
        self._settled = 0
        self._unsettled: list[bytes] = []
        #: Whether somebody relies on what is not settled.
        self._awaited = False

    def save(self, key: str, value: object) -> ResultRef:
        """Append a value; it is on stable storage once `settle` returned. Raises SerializationError, or OSError from the disk."""
        return self._saved([(key, value)], awaited=True)[0]

    def settle(self) -> None:
        """Return when every value saved so far is on stable storage; raises OSError.

        What the kernel holds of a file after a failed sync is not known, and a second sync would succeed without it. So the
        file is closed then, and the next call writes everything that was not settled anew.
        """
        with self._lock:
            if not self._awaited or self._is_forked():
                return
            try:
                if self._file < 0:
                    self._open()
                _sync(self._file)
            except OSError:
                self._close()
                raise
            self._note_settled()

    @property
    def notes(self) -> Notes:
        """The same journal for what nothing waits for: on stable storage with the next value."""
        return Notes(self)

    def save_all(self, items: Sequence[tuple[str, object]]) -> list[ResultRef]:
        """Append several values, all or none, for the `settle` that follows at once; raises SerializationError, OSError."""
        return self._saved(items, awaited=True)

    def _saved(self, items: Sequence[tuple[str, object]], *, awaited: bool) -> list[ResultRef]:
        blobs = [self._dumped(value) for _, value in items]
        records = [_record(key, blob) for (key, _), blob in zip(items, blobs, strict=True)]
        whole = b"".join(records)
        with self._lock:
            if self._is_forked():
                self._close()
                self._unsettled, self._awaited = [], False
            if self._file < 0:
                self._open()
            offset = self._end
            self._append(whole)
            self._unsettled.append(whole)
            self._end = offset + len(whole)
            if awaited:
                self._awaited = True
                if self._ahead and len(items) == 1:
                    begin_writing(self._file, offset, len(whole))
        refs = []
        for (key, _), blob, record in zip(items, blobs, records, strict=True):
            ref = ResultRef(
                storage=self._storage,
                key=key,
                serializer=self._serializer.type if self._serializer is not None else "pickle",
                sha256=hashlib.sha256(blob).hexdigest(),
                size=len(blob),
                offset=offset,
            )
            refs.append(ref)
            offset += len(record)
        return refs

    def _dumped(self, value: object) -> bytes:
        try:
            return dump_pickle(value) if self._serializer is None else self._serializer.dumps(value)
        except Exception as error:
            raise SerializationError(
                f"A value of type {type(value).__name__!r} cannot be written: {type(error).__name__}: {error}"
            ) from error

    def _append(self, record: bytes) -> None:
        """Write at the end; when that fails, the file is opened anew for the next record, which begins where this one did."""
        try:
            if self._end + len(record) > self._room:
                self._make_room(len(record))
            self._write(record)
        except OSError:
            self._close()
            raise

    def _write(self, content: bytes) -> None:
        written = os.write(self._file, content)
        while written < len(content):
            written += os.write(self._file, memoryview(content)[written:])

    def _make_room(self, needed: int) -> None:
        """Write zeros ahead, the more the longer the file is; they reach the disk with the record that comes next."""
        ahead = needed + min(max(self._end, _LEAST_AHEAD), _MOST_AHEAD)
        written = os.write(self._file, bytes(ahead))
        os.lseek(self._file, self._end, os.SEEK_SET)
        self._room = self._end + written

    def _open(self) -> None:
        make_folder(self.folder)
        is_new = not self.path.exists()
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o600)
        self._pid = os.getpid()
        try:
            self._claim()
            if self._unsettled:
                self._write_again()
            else:
                self._end = self._room = self._sound_end()
                os.lseek(self._file, self._end, os.SEEK_SET)
            os.fsync(self._file)
            if is_new:
                sync_folder(self.folder)
        except OSError:
            self._close()
            raise
        self._note_settled()

    def _write_again(self) -> None:
        """Put back what may have been lost, where the pointers to it say that it is."""
        os.ftruncate(self._file, self._settled)
        os.lseek(self._file, self._settled, os.SEEK_SET)
        self._write(b"".join(self._unsettled))
        self._room = self._end

    def _note_settled(self) -> None:
        self._settled = self._end
        self._unsettled.clear()
        self._awaited = False

    def _is_forked(self) -> bool:
        """Whether the file, and what was not settled of it, is the parent process's."""
        return self._pid != os.getpid() and self._pid != 0

    def _sound_end(self) -> int:
        """Cut off what a crash left half-written; return where the next record begins."""
        content = self.path.read_bytes()
        end = sound_length(content)
        if end == 0:
            if not _MAGIC.startswith(content):
                raise OSError(errno.EINVAL, "this is not a journal of results", str(self.path))
            os.ftruncate(self._file, 0)
            os.write(self._file, _MAGIC)
            return len(_MAGIC)
        if end < len(content):
            os.ftruncate(self._file, end)
        return end

    def _claim(self) -> None:
        """Be the one who writes; the lock goes when the file is closed."""
        self._writer = FileLock(str(self.path)) if sys.platform != "win32" else None
        if self._writer is not None and not self._writer.try_acquire():
            raise OSError(errno.EBUSY, "another process is writing this journal", str(self.path))

    def _close(self) -> None:
        if self._writer is not None:
            # In a forked child the lock is the parent's.
            self._writer.abandon() if self._is_forked() else self._writer.close()
            self._writer = None
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def close(self) -> None:
        """Settle and close the file; a later `save` opens it again. Raises OSError."""
        self.settle()
        with self._lock:
            self._trim()
            self._close()

    def __del__(self) -> None:
        self._trim()
        self._close()

    def _trim(self) -> None:
        """Cut off the zeros ahead."""
        if self._file >= 0 and not self._is_forked():
            os.ftruncate(self._file, self._end)

    def load(self, ref: ResultRef) -> object:
        """Read a value back; raises MissingResult when it is gone or its bytes do not match the recorded hash."""
        blob = read_record(ref)
        if self._serializer is not None and ref.serializer == self._serializer.type:
            return self._serializer.loads(blob)
        return load_blob(ref, blob)


class Notes:
    """Writes into a journal without waiting for the disk."""

    def __init__(self, journal: JournalResults) -> None:
        self._journal = journal

    def save(self, key: str, value: object) -> ResultRef:
        """Append a value; raises SerializationError, or OSError from the disk."""
        return self._journal._saved([(key, value)], awaited=False)[0]  # noqa: SLF001 - the other half of the same noun

    def load(self, ref: ResultRef) -> object:
        """Read a value back; raises MissingResult when it is gone or its bytes do not match the recorded hash."""
        return self._journal.load(ref)


class OpenedJournal:
    """Reads results from whichever journal their pointers name."""

    def save(self, key: str, value: object) -> ResultRef:  # noqa: ARG002 - the signature is the port's
        """Refuse: only the holder of a run's lease writes its journal."""
        raise TypeError(f"{key!r}: this journal is open for reading alone")

    def load(self, ref: ResultRef) -> object:
        """Read a value back; raises MissingResult when it is gone or its bytes do not match the recorded hash."""
        return load_blob(ref, read_record(ref))


def _record(key: str, blob: bytes) -> bytes:
    name = key.encode()
    covered = b"".join((len(name).to_bytes(2, "little"), name, blob))
    return b"".join((len(covered).to_bytes(4, "little"), zlib.crc32(covered).to_bytes(4, "little"), covered))


def load_blob(ref: ResultRef, blob: bytes) -> object:
    """Turn a record's bytes back into its value; to be called once they matched the recorded hash."""
    if ref.serializer == "pickle":
        # The bytes match the hash in the run's own record.
        return unpickled(blob)
    return resolve_serializer(ref.serializer).loads(blob)


def read_record(ref: ResultRef) -> bytes:
    """Return the serialized value that a pointer into a journal leads to; raises MissingResult."""
    path = ref.storage.removeprefix("journal:")
    if ref.offset is None:
        raise MissingResult(f"the pointer to result {ref.key!r} in {path} has no offset")
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a third of the time of pathlib's
            file.seek(ref.offset)
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                raise MissingResult(f"{path} ends before result {ref.key!r} at byte {ref.offset}")
            length, crc, key_length = _HEAD.unpack(head)
            covered = head[_COVERED:] + file.read(length - (_HEAD.size - _COVERED))
    except FileNotFoundError:
        raise MissingResult(f"the journal with result {ref.key!r} is gone: {path}") from None
    blob = covered[2 + key_length :]
    intact = len(covered) == length and zlib.crc32(covered) == crc and covered[2 : 2 + key_length] == ref.key.encode()
    if not intact or (ref.sha256 is not None and hashlib.sha256(blob).hexdigest() != ref.sha256):
        raise MissingResult(f"{path} at byte {ref.offset} does not hold what was recorded as result {ref.key!r}")
    return blob


def records_in(path: str) -> Iterator[ResultRef]:
    """Yield pointers to the whole records of a journal, as pickles; raises OSError."""
    content = Path(path).read_bytes()
    at, end = len(_MAGIC), sound_length(content)
    while at < end:
        length, _, key_length = _HEAD.unpack_from(content, at)
        key = content[at + _HEAD.size : at + _HEAD.size + key_length].decode()
        yield ResultRef(storage=f"journal:{path}", key=key, offset=at, size=length - 2 - key_length)
        at += _COVERED + length


def sound_length(content: bytes) -> int:
    """Return how many bytes from the beginning of a journal are whole records; 0 when not even its mark is there."""
    if not content.startswith(_MAGIC):
        return 0
    at = len(_MAGIC)
    while at + _HEAD.size <= len(content):
        length, crc, _ = _HEAD.unpack_from(content, at)
        end = at + _COVERED + length
        # Zeros written ahead: a record covers at least the length of its key.
        if not length or end > len(content) or zlib.crc32(content[at + _COVERED : end]) != crc:
            break
        at = end
    return at
