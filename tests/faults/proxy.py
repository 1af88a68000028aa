"""A proxy between a client and a server that does to requests what networks and servers in trouble do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

#: pass │ refuse (the connection is dropped unheard) │ cut-request (half of it arrives) │ cut-answer (it is done, half of the answer
#: arrives) │ swallow (it is done, nothing arrives, the connection stays open) │ answer (some other server answers in its place)
KINDS = ("pass", "refuse", "cut-request", "cut-answer", "swallow", "answer")


class Fault(NamedTuple):
    """What happens to one request."""

    kind: str = "pass"
    status: int = 502
    headers: str = ""
    body: str = "<html>Bad Gateway</html>"


class Proxy:
    """Stands between; `decide` is asked about each request by its first line."""

    def __init__(self, url: str) -> None:
        self.decide: Callable[[str], Fault] = lambda _: Fault()
        parts = urlsplit(url)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/api"
        #: First lines of the requests that came.
        self.seen: list[str] = []
        #: Requests and their answers, where somebody wants to look at them.
        self.crossed: list[tuple[bytes, bytes]] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def away(self) -> None:
        """Be a server that is not there."""
        self.decide = lambda _: Fault("refuse")

    def back(self) -> None:
        """Stand in nobody's way."""
        self.decide = lambda _: Fault()

    def close(self) -> None:
        """Take no more."""
        self._over.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            while (request := _message(client)) is not None:
                line = request.partition(b"\r\n")[0].decode()
                self.seen.append(line)
                if not self._handle(client, request, self.decide(line)):
                    return

    def _handle(self, client: socket.socket, request: bytes, fault: Fault) -> bool:
        """Do what is due to a request; say whether the connection lives on."""
        if fault.kind == "refuse":
            return False
        if fault.kind == "answer":
            head = f"HTTP/1.1 {fault.status} X\r\ncontent-type: text/html\r\n{fault.headers}"
            client.sendall(f"{head}content-length: {len(fault.body)}\r\n\r\n{fault.body}".encode())
            return True
        with socket.create_connection(self._target) as server:
            if fault.kind == "cut-request":
                server.sendall(request[: len(request) // 2])
                return False
            server.sendall(request)
            answer = _message(server) or b""
        if self.crossed is not None:
            self.crossed.append((request, answer))
        if fault.kind == "cut-answer":
            client.sendall(answer[: len(answer) // 2])
            return False
        if fault.kind == "swallow":
            self._over.wait(30)
            return False
        client.sendall(answer)
        return True


@contextmanager
def between(url: str) -> Iterator[Proxy]:
    """Stand between whoever uses `.url` and the server at `url`."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.close()


def _message(link: socket.socket) -> bytes | None:
    """Read one whole HTTP message; None when the connection ended before."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = link.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = link.recv(65536)
        if not part:
            return None
        body += part
    return head + b"\r\n\r\n" + body
