"""What this process uses of its machine."""

from __future__ import annotations

import os
import time

from msgspec import Struct


class Usage(Struct, frozen=True):
    """What a process uses; None where this system does not tell."""

    #: Seconds of processor time, its children's not counted.
    cpu: float
    #: Bytes of memory.
    resident: int | None
    open_files: int | None


def usage() -> Usage:
    """Return what this process uses now."""
    return Usage(time.process_time(), _resident(), _open_files())


def _resident() -> int | None:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def _open_files() -> int | None:
    try:
        # The look itself opens one.
        return len(os.listdir("/proc/self/fd")) - 1
    except OSError:
        return None
