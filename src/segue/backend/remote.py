"""The remote backend: the same operations and streams, by a server's HTTP API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import httpx2
import msgspec

from segue.backend.remote_stream import RemoteStream
from segue.model.callers import Caller, nobody
from segue.model.errors import SegueError
from segue.wire import codec
from segue.wire.operation import Operation
from segue.wire.requests import Lease

Q = TypeVar("Q")
A = TypeVar("A")

#: Seconds to wait for a connection, and for an answer.
_CONNECT, _ANSWER = 5.0, 30.0


class ServerProblem(SegueError):
    """The server at {url} cannot be used: {why}"""  # noqa: D400 - it ends with the reason's own words

    code = "server.problem"
    status = 503


class RemoteBackend:
    """Calls a server; usable from every thread."""

    def __init__(self, url: str, *, key: str | None, home: str, caller: Callable[[], Caller | None] = nobody) -> None:
        #: Where the server is, for messages.
        self.address = url.rstrip("/")
        self._home = home
        self._caller = caller
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx2.Client(
            base_url=self.address, headers=headers, timeout=httpx2.Timeout(_ANSWER, connect=_CONNECT), trust_env=False
        )
        self._lock = threading.Lock()
        self._streams: list[RemoteStream] = []

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation; raises the `SegueError` that the handler raised, `ServerProblem` when the server is away."""
        self.flush()
        return self.send(operation, request)

    def send(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation without waiting for this process's records."""
        asked = codec.compose(operation, request)
        headers = {"content-type": codec.JSON, **self._who()}
        try:
            answer = self._http.request(asked.method, asked.target, content=asked.body, headers=headers)
        except httpx2.HTTPError as problem:
            raise ServerProblem(url=self.address, why=str(problem) or type(problem).__name__) from problem
        if answer.is_success:
            try:
                return codec.read_answer(operation, answer.content)
            except msgspec.MsgspecError as problem:
                why = f"it answered {operation.name} with something else: {problem}"
                raise ServerProblem(url=self.address, why=why) from problem
        told = codec.read_problem(answer.content)
        if told is not None:
            raise told
        raise ServerProblem(url=self.address, why=f"it answered {operation.name} with status {answer.status_code}")

    def stream(self, lease: Lease) -> RemoteStream:
        """Open the record stream of a lease that was just granted."""
        stream = RemoteStream(self.send, lease, forget=self._forget)
        with self._lock:
            self._streams.append(stream)
        return stream

    def flush(self) -> None:
        """Return when every record of every stream is at the server."""
        for stream in list(self._streams):
            stream.deliver()

    def close(self) -> None:
        """Flush and close the connections; safe to call twice."""
        self.flush()
        self._http.close()

    def _forget(self, stream: RemoteStream) -> None:
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)

    def _who(self) -> dict[str, str]:
        caller = self._caller()
        if caller is None:
            return {}
        headers = {"segue-actor": caller.actor.name, "segue-means": caller.actor.means or "sdk"}
        if caller.reason:
            headers["segue-reason"] = caller.reason
        return headers
