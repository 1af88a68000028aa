"""Servers of this home, as files below it: how `status` and `stop` find them; and who serves a SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from segue.host.disk import is_network_path
from segue.host.locks import FileLock
from segue.host.process import Identity, is_alive, this_process
from segue.model.errors import SegueError, StorageProblem

_SQLITE = "sqlite:///"


class AlreadyServed(SegueError):
    """The database {path} has a server already{who}. Use that one, or stop it with `segue server stop`."""

    code = "server.already-served"
    status = 409


class Record(Struct, frozen=True, kw_only=True):
    """A server as its home knows it."""

    process: Identity
    url: str
    database: str
    version: str
    log: str | None = None


def server_lives(home: str, record: Record) -> bool | None:
    """Say whether a server of this home is there; None when it may run on another machine, which shares the home."""
    return is_alive(record.process, here=not is_network_path(home))


def write_record(home: str, port: int, record: Record) -> Path:
    """Write down that a server is there; returns the file, to be deleted at its end."""
    path = _folder(home) / f"{port}.json"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(record))
        fresh.replace(path)
    except OSError as problem:
        message = (
            f"The home {home} cannot be written: {problem.strerror}. Change its owner, or point SEGUE_HOME elsewhere."
        )
        raise StorageProblem(message) from problem
    return path


def read_records(home: str) -> Iterator[tuple[int, Record]]:
    """Yield the servers of a home that are not proven dead, with their ports."""
    for path in sorted(_folder(home).glob("*.json")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError):
            # Just deleted, or of a version that writes them differently.
            continue
        if server_lives(home, record) is not False:
            yield int(path.stem), record


def take_database(url: str) -> int | None:
    """Become the one server of a SQLite file; returns the descriptor that holds the lock, None for PostgreSQL.

    Raises `AlreadyServed`. The lock is held until the last process that inherited the descriptor is gone.
    """
    if not url.startswith(_SQLITE):
        return None
    path = Path(url.removeprefix(_SQLITE)).expanduser().resolve()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(f"{path}.server")
    except OSError as problem:
        message = (
            f"The folder {path.parent} cannot be written: {problem.strerror}. Change its owner, or point SEGUE_HOME or "
            "SEGUE_DATABASE_URL elsewhere."
        )
        raise StorageProblem(message) from problem
    if not lock.try_acquire():
        try:
            said = Path(f"{path}.server").read_text(encoding="utf-8").strip()
        finally:
            lock.close()
        raise AlreadyServed(path=path, who=f": {said}" if said else "")
    return lock.handed_over()


def sign(lock: int, url: str) -> None:
    """Write into the lock's file who holds it."""
    text = f"process {this_process().pid} at {url}\n".encode()
    os.ftruncate(lock, 0)
    os.pwrite(lock, text, 0)


def _folder(home: str) -> Path:
    return Path(home) / "servers"
