"""A real server process for tests: started, killed, started again at the same port over the same database."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from tests import warm
from tests.warm import SEGUE

__all__ = ["SEGUE", "ServerProcess"]

SECONDS = 30


class ServerProcess:
    """`segue server start` at a port of its own."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self.home = home
        self._options = options
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api"
        self._environment = {**os.environ, "SEGUE_HOME": str(home), **environment}
        self._environment.pop("SEGUE_API_URL", None)
        self._process: warm.Started | subprocess.Popen[bytes] | None = None
        self._log = home.parent / f"server-{self.port}.log"

    def start(self, *, wait: bool = True) -> None:
        """Start it; return when it answers."""
        with self._log.open("ab") as log:
            words: list[str | Path] = [SEGUE, "server", "start", "--port", str(self.port), *self._options]
            self._process = warm.start(words, cwd=Path.cwd(), env=self._environment, said=log.fileno())
        if wait:
            self.until_it_answers()

    def become(self, **environment: str) -> None:
        """Be started with more in its environment from now on: another release, for example."""
        self._environment.update(environment)

    def until_it_answers(self) -> None:
        end, pause = time.monotonic() + SECONDS, threading.Event()
        while not self._answers():
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < end, self._log.read_text()
            pause.wait(0.02)

    def kill(self) -> None:
        """End it the hard way."""
        self._end(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(signal.SIGTERM)

    def said(self) -> str:
        """Return what it wrote to its terminal."""
        return self._log.read_text()

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(SECONDS)
            self._process = None

    def _answers(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request("GET", "/api/health")
            return link.getresponse().status == 200
        except OSError:
            return False
        finally:
            link.close()
