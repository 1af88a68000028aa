"""Real places that messages go to: an HTTP server and a mail server on this machine, which keep what they get."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Received:
    """One request that an HTTP sink got."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query))
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


#: What a sink answers: status, headers, body.
Answer = tuple[int, dict[str, str], bytes]


class HttpSink:
    """An HTTP server that keeps what it gets and answers what it is told to; `answers` come first, one each, then `usual`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.usual: Answer = (200, {}, b"ok")
        #: Held until set: a sink that is slow for exactly as long as a test wants.
        self.open = threading.Event()
        self.open.set()
        #: Called with the handler in place of an answer, for what no answer is.
        self.instead: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.came = threading.Semaphore(0)
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                sink.received.append(Received(self.command, self.path, headers, body))
                sink.came.release()
                sink.open.wait(60)
                if sink.instead is not None:
                    sink.instead(self)
                    return
                status, more, text = sink.answers.pop(0) if sink.answers else sink.usual
                try:
                    self.send_response(status)
                    for name, value in {"content-length": str(len(text)), **more}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(text)
                except ConnectionError:
                    # Whoever asked waited no longer.
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, number: int = 1, seconds: float = 60) -> list[Received]:
        """Wait until so many more requests have come; gives all there are."""
        for _ in range(number):
            assert self.came.acquire(timeout=seconds), f"only {len(self.received)} requests came"
        return self.received

    def close(self) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """Give an HTTP sink while the block lasts."""
    sink = HttpSink()
    try:
        yield sink
    finally:
        sink.close()


class MailSink:
    """A mail server that keeps what it gets; the next mails are answered with `refusals`, one each."""

    def __init__(self, port: int | None = None, password: str | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refusals: list[str] = []
        self.came = threading.Semaphore(0)
        #: Held until set: a server that does not answer for exactly as long as a test wants.
        self.open = threading.Event()
        self.open.set()
        #: Mails that it was given, answered or not.
        self.given = 0
        self._password = password
        # Who gives no name is let in all the same: the library warns of a server that insists without TLS.
        asks: dict[str, Any] = (
            {} if password is None else {"auth_require_tls": False, "authenticator": self._authenticated}
        )
        self._controller = Controller(self, hostname="127.0.0.1", port=port or free_port(), ready_timeout=30, **asks)
        self._controller.start()

    # The name is the library's.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.given += 1
        await asyncio.to_thread(self.open.wait, 60)
        if self.refusals:
            return self.refusals.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        mail = BytesParser(policy=default).parsebytes(content)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        self.came.release()
        return "250 OK"

    def _authenticated(self, *given: Any) -> AuthResult:
        login: LoginPassword = given[-1]
        return AuthResult(success=login.password == (self._password or "").encode(), handled=False)

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def wait(self, number: int = 1, seconds: float = 60) -> list[EmailMessage]:
        """Wait until so many more mails have come; gives all there are."""
        for _ in range(number):
            assert self.came.acquire(timeout=seconds), f"only {len(self.mails)} mails came"
        return self.mails

    def close(self) -> None:
        self.open.set()
        self._controller.stop()


@contextmanager
def mail_sink(port: int | None = None, *, password: str | None = None) -> Iterator[MailSink]:
    """Give a mail sink while the block lasts; with a password it lets nobody in who gives another."""
    sink = MailSink(port, password)
    try:
        yield sink
    finally:
        sink.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
