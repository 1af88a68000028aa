"""Who this process is, and whether another one still lives: the facts by which a lease is judged on one machine."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache

from msgspec import Struct


class Identity(Struct, frozen=True):
    """A process, told apart from every other that ever ran on any machine."""

    host: str
    boot: str
    pid_namespace: str
    pid: int
    #: When it started, in the kernel's own unit, so that a reused pid is noticed.
    started: str


def this_process() -> Identity:
    """Return the identity of this process."""
    return _identity(os.getpid())


def identity_of(pid: int) -> Identity:
    """Return the identity of another process of this machine."""
    return Identity(platform.node(), _boot(), _namespace(), pid, _started(pid) or "")


def is_alive(who: Identity, *, here: bool = False) -> bool | None:
    """Say whether a process lives; None when it runs, or may run, where this process cannot look.

    Names prove nothing: machines are often called alike, and the first process namespace of each always is. The kernel's own
    number of the present boot does. With `here` it is known otherwise that the process ran on this machine, if not since when.
    """
    mine = this_process()
    if (who.host, who.pid_namespace) != (mine.host, mine.pid_namespace):
        return None
    if not here and (who.boot != mine.boot or not mine.boot):
        return None
    if who.boot != mine.boot:
        # This machine, started anew since: nothing of that time lives.
        return False
    started = _started(who.pid)
    return started is not None and started == who.started


@cache
def _identity(pid: int) -> Identity:
    return Identity(platform.node(), _boot(), _namespace(), pid, _started(pid) or "")


@cache
def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        pass
    if sys.platform == "darwin":
        # The time of the boot would not do: it moves when the clock is set.
        return _output("sysctl", "-n", "kern.bootsessionuuid")
    return ""


@cache
def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Return the start time of a process, or None when there is none."""
    if sys.platform == "linux":
        return _started_on_linux(pid)
    if sys.platform == "win32":
        return _started_on_windows(pid)
    return _output("ps", "-o", "lstart=", "-p", str(pid)) or None


def _started_on_linux(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    # The name, in parentheses, may hold blanks and parentheses itself. Field 3 is the state, field 22 the start time.
    fields = text.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        # A zombie does nothing any more; it only waits for its parent to notice.
        return None
    return fields[19]


def _started_on_windows(pid: int) -> str | None:
    script = f"(Get-Process -Id {pid}).StartTime.Ticks"
    return _output("powershell", "-NoProfile", "-Command", script) or None


def _output(*command: str) -> str:
    try:
        # Both words are constants of this file; `subprocess` would cost every process its import.
        with os.popen(" ".join(command)) as pipe:  # noqa: S605
            return pipe.read().strip()
    except OSError:
        return ""
