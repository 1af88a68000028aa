"""A real Samba server with one share, for tests."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.debian import program

PASSWORD = "c4n4ry-of-the-share"
USER = getpass.getuser()
_SECONDS = 30


def samba() -> str | None:
    """Return where Samba's server lies; `None` if there is none and none can be installed."""
    found = program("smbd", "samba")
    return found if found is not None and shutil.which("smbpasswd") is not None else None


@contextmanager
def shared(folder: Path) -> Iterator[tuple[Path, int]]:
    """Share a folder as `/team` while the block lasts; gives it and the port."""
    share = folder / "team"
    inner = folder / "samba"
    for each in (share, inner):
        each.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    places = "\n".join(
        f"{name} = {inner}"
        for name in (
            "private dir",
            "lock directory",
            "state directory",
            "cache directory",
            "pid directory",
            "ncalrpc dir",
        )
    )
    config = folder / "smb.conf"
    config.write_text(
        f"[global]\n{places}\nserver role = standalone server\nsmb ports = {port}\ninterfaces = lo\n"
        f"bind interfaces only = yes\npassdb backend = tdbsam:{inner}/passdb.tdb\nmap to guest = never\n"
        f"load printers = no\ndisable spoolss = yes\nlog file = {inner}/log\n[team]\npath = {share}\nread only = no\n"
    )
    subprocess.run(
        ["smbpasswd", "-c", str(config), "-s", "-a", USER], input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True,
        capture_output=True,
    )  # fmt: skip
    # It makes a group of its own, and ends all of that when it ends.
    server = subprocess.Popen(
        [str(samba()), "--foreground", "--configfile", str(config)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end, pause = time.monotonic() + _SECONDS, threading.Event()
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, (inner / "log").read_text()
                assert time.monotonic() < end
                pause.wait(0.05)
        yield share, port
    finally:
        server.terminate()
        server.wait(_SECONDS)
