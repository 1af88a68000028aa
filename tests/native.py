"""Where threads are below Python: in the interpreter, in a library, or in the kernel.

A thread whose last line of Python calls nothing that waits is stuck where Python's own stacks do not reach: at the interpreter's
lock, in a collection, in a library's finalizer. `gdb` knows, where it is installed and may look.
"""

from __future__ import annotations

import os
import shutil
import subprocess

#: Frames of each thread that are shown.
_DEPTH = 14


def stacks(pid: int | None = None) -> str:
    """Return the stacks of a process (this one), or why they cannot be had."""
    gdb = shutil.which("gdb")
    if gdb is None:
        return "--- natively: gdb is not installed\n"
    words = [gdb, "-p", str(pid or os.getpid()), "-batch", "-ex", "set pagination off"]
    try:
        done = subprocess.run(
            [*words, "-ex", f"thread apply all bt {_DEPTH}"],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"--- natively: {error}\n"
    threads = done.stdout.partition("\nThread ")[2]
    return f"--- natively\nThread {threads}" if threads else f"--- natively: {done.stderr[-500:]}\n"
