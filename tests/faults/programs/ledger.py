"""What the steps of a program did to the world outside: lines of a file, and where the program is to be killed."""

import os
import signal
from pathlib import Path

LEDGER = Path(os.environ["LEDGER"])
#: `inside:NAME` or `before:NAME`; nothing: the program is left alone.
KILL = os.environ.get("KILL", "")


def effect(name: object) -> None:
    """Write a line that no crash takes back; die right after it when that was asked for."""
    file = os.open(LEDGER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, f"{name}\n".encode())
    os.fsync(file)
    os.close(file)
    die_at(f"inside:{name}")


def die_at(place: str) -> None:
    """Kill this process the hard way at the place where that was asked for."""
    if place == KILL:
        os.kill(os.getpid(), signal.SIGKILL)
