"""A relay of TCP connections: before several servers what a load balancer is, and between a server and its database a cable."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress


class Relay:
    """Hands each connection to the next of its targets (ports of this machine) that takes it."""

    def __init__(self, targets: Iterable[int], *, record: bool = False, host: str = "127.0.0.1") -> None:
        self.targets = list(targets)
        #: What crossed, one way of one connection after the other, where that is wanted.
        self.recorded: list[bytearray] = []
        self._record = record
        #: Whether connections are taken at all.
        self.whole = True
        self._turn = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server((host, 0), backlog=200)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Cut every connection there is; returns how many there were."""
        with self._lock:
            links, self._open = self._open, set()
        for link in links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        return len(links) // 2

    def close(self) -> None:
        """Cut everything and take no more."""
        self.whole = False
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = self._reached() if self.whole else None
            if server is None:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _reached(self) -> socket.socket | None:
        targets = list(self.targets)
        for _ in targets:
            self._turn += 1
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", targets[self._turn % len(targets)]), timeout=5)
        return None

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        source.settimeout(None)
        crossed = bytearray()
        if self._record:
            self.recorded.append(crossed)
        with suppress(OSError):
            while data := source.recv(65536):
                if self._record:
                    crossed += data
                target.sendall(data)
        with self._lock:
            self._open -= {source, target}
        # Both ways end together: nobody here speaks a protocol that half closes.
        for link in (source, target):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            if link is source:
                link.close()
