"""Files written whole or not at all, on stable storage.

What lies in the home is for its owner alone; elsewhere the user's own umask decides.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from segue.host import config
from segue.host.ids import new_id


def write_whole(place: Path, content: bytes) -> None:
    """Write a file so that a reader, and a power cut, finds the old content or the new, and nothing in between."""
    make_folder(place.parent)
    draft = place.parent / f".{new_id()}.tmp"
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        file = os.open(draft, flags, 0o600 if _in_home(place) else 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        finally:
            os.close(file)
        draft.replace(place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(place.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, on stable storage."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True, mode=0o700 if _in_home(each) else 0o777)
        sync_folder(each.parent)


def _in_home(place: Path) -> bool:
    return Path(os.path.realpath(place)).is_relative_to(os.path.realpath(config.current().home))


class _Turns:
    """One sync of a folder at a time, for all whose names were there when it began."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = self.done = 0


_turns: dict[str, _Turns] = {}
_guard = threading.Lock()


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on stable storage; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    with _guard:
        turns = _turns.setdefault(str(folder), _Turns())
        turns.asked += 1
        mine = turns.asked
    with turns.lock:
        if turns.done >= mine:
            return
        upto = turns.asked
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        turns.done = upto


def _forked() -> None:
    global _guard  # noqa: PLW0603 - it may be held by a thread that this process does not have
    _guard = threading.Lock()
    _turns.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
