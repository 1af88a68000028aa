"""Care for a database as a whole: who uses it, how large it is, what would be in the way of replacing it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from msgspec import Struct

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import holder_lives, this_holder
from segue.host.disk import is_network_path
from segue.wire.operations import LEASE_LIST
from segue.wire.requests import Holder, Nothing


class Place(Struct, frozen=True):
    """A folder as the operating system sees it."""

    path: str
    exists: bool
    writable: bool
    free: int
    network: bool


def place(path: str) -> Place:
    """Look at a folder; one that does not exist yet is judged by the nearest that does."""
    folder = near = Path(path).absolute()
    while not near.is_dir():
        near = near.parent
    writable = os.access(near, os.W_OK | os.X_OK)
    return Place(path, folder.is_dir(), writable, shutil.disk_usage(near).free, is_network_path(str(near)))


def size_of(url: str) -> int | None:
    """Return the bytes of a SQLite database with its journal; None for any other."""
    path = url.removeprefix("sqlite:///")
    if path == url:
        return None
    return sum(each.stat().st_size for each in (Path(path), Path(f"{path}-wal")) if each.exists())


def put_aside(url: str, mark: str) -> str:
    """Rename a SQLite file that is not sound, so that a sound one can take its place; return its new path."""
    path = Path(url.removeprefix("sqlite:///"))
    aside = path.with_name(f"{path.name}.{mark}")
    path.rename(aside)
    for journal in ("-wal", "-shm"):
        beside = Path(f"{path}{journal}")
        if beside.exists():
            beside.rename(f"{aside}{journal}")
    return str(aside)


def users(backend: EmbeddedBackend) -> list[Holder]:
    """Return the other processes that hold leases and are not proven dead."""
    leases, me = backend.call(LEASE_LIST, Nothing()).items, this_holder()
    holders = {lease.holder for lease in leases if lease.holder != me and holder_lives(backend, lease) is not False}
    return sorted(holders, key=lambda who: (who.host, who.pid))
