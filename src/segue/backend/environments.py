"""Environments that flows asked for by their headers: below the home of a machine, until nobody has used them for long.

Beside each lies a lock file. Whoever makes it holds the lock alone; a run that works in it holds it with others until its process
ends, whatever becomes of that process. So what can be locked alone is used by nobody. When it was last used is told by the time
of a file in it.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from segue.backend.sweeper import Swept
from segue.host.locks import FileLock

#: The folder of a home that holds them, and the file that each has once it is whole.
FOLDER, WHOLE = "environments", "complete"
_LOCK = ".lock"


class Environment(Struct, frozen=True):
    """One environment that nobody has used for long."""

    path: Path
    files: int
    bytes: int


def unused(home: str, keep: timedelta | None, now: datetime) -> list[Environment]:
    """Return the environments of a home that were last used longer ago than they are kept, and that nobody uses now."""
    found = []
    for path in _old(home, keep, now):
        lock = FileLock(str(path.with_suffix(_LOCK)))
        try:
            if lock.try_acquire():
                found.append(Environment(path, *_measured(path)))
        finally:
            lock.close()
    return found


def take_away(home: str, keep: timedelta | None, now: datetime) -> Swept:
    """Delete these environments; a run that asks for one of them again has it made anew."""
    done = Swept()
    for path in _old(home, keep, now):
        try:
            done += _taken_away(path, keep, now)
        except OSError as problem:
            done += Swept(failed=(f"{path}: {problem.strerror}",))
    return done


def _taken_away(path: Path, keep: timedelta | None, now: datetime) -> Swept:
    name = path.with_suffix(_LOCK)
    lock = FileLock(str(name))
    try:
        if not lock.try_acquire() or not lock.is_at(str(name)) or not _is_old(path, keep, now):
            # Somebody has come for it meanwhile.
            return Swept()
        files, size = _measured(path)
        # First of all: whatever keeps the rest from going, a run does not take it for whole.
        (path / WHOLE).unlink(missing_ok=True)
        shutil.rmtree(path)
        name.unlink()
        return Swept(files, size)
    finally:
        lock.close()


def _old(home: str, keep: timedelta | None, now: datetime) -> list[Path]:
    try:
        places = sorted((Path(home) / FOLDER).iterdir())
    except OSError:
        return []
    return [path for path in places if path.suffix != _LOCK and _is_old(path, keep, now)]


def _is_old(path: Path, keep: timedelta | None, now: datetime) -> bool:
    if keep is None or path.is_symlink() or not path.is_dir():
        return False
    whole = path / WHOLE
    try:
        # One that was never finished is as old as its folder.
        used = (whole if whole.exists() else path).stat().st_mtime
    except OSError:
        return False
    return now - datetime.fromtimestamp(used, UTC) > keep


def _measured(path: Path) -> tuple[int, int]:
    """Return how many files lie below a folder, and their bytes; what links lead to is somebody else's."""
    files = size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                facts = (Path(folder) / name).lstat()
            except OSError:
                continue
            files += 1
            size += facts.st_size
    return files, size
