"""Waiting for the code that a browser brings back: at a port of this machine, or typed by the person."""

from __future__ import annotations

import base64
import hashlib
import select
import socket
import sys
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

import typer
from msgspec import Struct

from segue.host.secrets import new_token, same

#: Bytes that a browser's request has at most, and seconds it has to be sent.
_LARGEST, _PATIENCE = 16_384, 10.0
_PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>Segue</title><p>{words}</p></html>"


class Heard(Struct, frozen=True):
    """The code."""

    code: str

    def __repr__(self) -> str:
        return "Heard()"


def new_secret() -> str:
    """Return a secret that is shown later (RFC 7636, 4.1)."""
    return new_token("")


def challenge_of(verifier: str) -> str:
    """Return what is told of a secret before it is shown (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class Callback:
    """Listens on a loopback port until the browser comes, once, with the state that only it was told."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Callback:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()

    def wait(self, *, also_typed: bool) -> Heard | None:
        """Return the code, from the browser or from standard input; None when that ends first."""
        # Windows cannot wait for a terminal and a socket at once.
        typed = [sys.stdin] if also_typed and sys.platform != "win32" else []
        while True:
            ready, _, _ = select.select([self._listener, *typed], [], [])
            if self._listener in ready:
                heard = self._answer()
                if heard is not None:
                    return heard
            elif ready:
                line = sys.stdin.readline()
                if line.strip():
                    return Heard(line.strip())
                if not line:
                    return None

    def _answer(self) -> Heard | None:
        link, _ = self._listener.accept()
        with link:
            link.settimeout(_PATIENCE)
            try:
                query = parse_qs(urlsplit(_target(link)).query)
            except (OSError, ValueError):
                return None
            state, code = (query.get(name, [""])[0] for name in ("state", "code"))
            good = bool(code) and same(state, self._state)
            words = (
                "You are logged in. This page can be closed." if good else "This is not what the terminal waits for."
            )
            _reply(link, "200 OK" if good else "400 Bad Request", words)
        return Heard(code) if good else None


def _target(link: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _LARGEST:
        part = link.recv(4096)
        if not part:
            break
        data += part
    method, target, _ = data.partition(b"\r\n")[0].decode("ascii").split(" ")
    if method != "GET":
        typer.echo(f"Something sent {method} where a browser was expected.", err=True)
        raise ValueError(method)
    return target


def _reply(link: socket.socket, status: str, words: str) -> None:
    body = _PAGE.format(words=words).encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        "content-security-policy: default-src 'none'\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n"
        "connection: close\r\n\r\n"
    )
    link.sendall(head.encode("ascii") + body)
