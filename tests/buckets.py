"""A real server of S3 for tests, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The program; where it is missing a test asks for it with `need`.
PROGRAM = Path(sys.executable).with_name("moto_server")


@contextmanager
def s3_server() -> Iterator[str]:
    """Run a server while the block lasts; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [PROGRAM, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end, pause = time.monotonic() + 60, threading.Event()
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < end
            pause.wait(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
