"""Process groups: what one process has started, as far as it stayed together, is ended as one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

_LOOK = 0.01


def anybody(group: int) -> bool:
    """Say whether a process group holds more than zombies, which do nothing but wait for somebody to notice their end."""
    if not send(group, 0):
        return False
    return sys.platform != "linux" or any(True for _ in members(group))


def members(group: int) -> list[int]:
    """Return the processes of a group that do anything yet (Linux)."""
    found: list[int] = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                # The name, in parentheses, may hold anything. After it: state, parent, group.
                state, _, its, *_ = file.read().rpartition(")")[2].split()
        except OSError:
            # It ended meanwhile.
            continue
        if int(its) == group and state not in {"Z", "X"}:
            found.append(int(name))
    return found


def marked(mark: bytes) -> list[int]:
    """Return the processes whose environment held a mark when they were started, whichever group they went to (Linux)."""
    found: list[int] = []
    if sys.platform != "linux":
        return found
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if mark in file.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            # It ended meanwhile, or is another user's.
            continue
    return found


def send(group: int, number: int) -> bool:
    """Signal a process group; False when nothing is left of it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(group: int, grace: float, *, notice: Callable[[], object] = lambda: None) -> None:
    """End a process group: asked first (SIGTERM), killed after `grace` seconds; nothing of it runs on return.

    `notice` lets the parent of its processes notice their end.
    """
    send(group, signal.SIGTERM)
    gone_within(group, grace, notice=notice)
    send(group, signal.SIGKILL)
    gone_within(group, grace, notice=notice)


def gone_within(group: int, seconds: float, *, notice: Callable[[], object] = lambda: None) -> bool:
    """Wait until nothing of a group runs; grandchildren may outlive their parent, and the group is theirs too."""
    until = monotonic() + seconds
    pause = threading.Event()
    while True:
        notice()
        if not anybody(group):
            return True
        if monotonic() >= until:
            return False
        pause.wait(_LOOK)


def end_others(grace: float) -> None:
    """End whatever else is in this process's own group: asked first, killed after `grace` seconds (Linux)."""
    if sys.platform != "linux" or os.getpgrp() != os.getpid():
        return
    me, until, pause = os.getpid(), monotonic() + grace, threading.Event()
    for number in (signal.SIGTERM, signal.SIGKILL):
        others = [pid for pid in members(me) if pid != me]
        if not others:
            return
        for pid in others:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        while monotonic() < until and any(pid != me for pid in members(me)):
            pause.wait(_LOOK)
        until = monotonic() + grace
