"""The remote backend: the same operations and streams, by a server's HTTP API.

A call that got no answer is repeated, with growing pauses and not for ever: every operation may be asked twice, because what
it makes has an id that the client gave it. Records do not wait for the server: see `sender`.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar, cast

import msgspec

from segue.backend.asking import head, insist
from segue.backend.courier import RemoteStream
from segue.backend.delivery import NO_LEASE
from segue.backend.following import Following, Listening
from segue.backend.links import Answer, Links, Unanswered, place_of
from segue.backend.outage import Away, Outage, Patience, is_passing, seconds_asked
from segue.backend.sender import Sender
from segue.backend.showing import each_alone, joined, learn, shown
from segue.backend.spool import SpoolProblem
from segue.backend.spools import Spools
from segue.host.clock import monotonic, now
from segue.host.ids import new_id
from segue.model.callers import Caller, nobody
from segue.model.errors import AlreadyExists, Forbidden, NotFound, SegueError, Unauthorized
from segue.model.settings import Api, Client
from segue.model.things import RunInput
from segue.wire import codec
from segue.wire.codec import HttpRequest
from segue.wire.live import STREAM, StreamQuery
from segue.wire.operation import Durability, Operation
from segue.wire.operations import INPUT_LIST, LEASE_END, LEASE_RENEW, RECORDS_APPEND
from segue.wire.requests import InputQuery, Lease, Nothing, Proposal, PutInput, Renewal, Verdict

Q = TypeVar("Q")
A = TypeVar("A")

_log = logging.getLogger("segue.backend")

#: Seconds for records to be taken: they need not wait for a server that hangs.
_RECORDS = 10.0
#: Seconds without a word after which a live stream is as good as cut: it shows that it lives every fifteen.
_SILENCE = 45.0
#: Seconds beyond those that a long poll lasts.
_POLL = 10.0
#: What says nothing of runs, and need not wait for what their records say.
_APART = frozenset({LEASE_RENEW.name})
#: Answers about who asks.
_WHO = frozenset({Unauthorized.code, Forbidden.code})
_API, _CLIENT = Api(), Client()


class ServerProblem(SegueError):
    """The server at {url} cannot be used: {why}."""

    code = "server.problem"
    status = 503


class RemoteBackend:
    """Calls a server; usable from every thread, and in a forked child with connections of its own."""

    is_remote = True
    is_on_own_disk = False

    def __init__(
        self,
        url: str,
        *,
        key: str | None,
        home: str,
        caller: Callable[[], Caller | None] = nobody,
        api: Api = _API,
        client: Client = _CLIENT,
    ) -> None:
        #: Where the server is, for messages.
        self.address = url.rstrip("/")
        self._key = key
        #: What this process shows in the name of each run it holds, by lease.
        self._tokens: dict[str, str] = {}
        self._caller = caller
        self._timeout = api.request_timeout
        self._extra = frozenset(client.retry_extra_codes)
        self._links = Links(
            place_of(self.address), certificates=api.ssl_cert_file, unverified=api.tls_insecure_skip_verify
        )
        self._patience = Patience(client, seed=os.getpid())
        self._outage = Outage(self.address, self._patience)
        self._spools = Spools(home, self.address, limit=client.spool_limit * 1024 * 1024)
        self._sender = Sender(self._post, self._spools, self._outage, self._patience)
        #: Whether spools of ended processes may be there to be delivered.
        self._leftovers = True
        self._settling = threading.Lock()
        self._closed = False
        self._followings: weakref.WeakSet[Following] = weakref.WeakSet()
        _living.add(self)

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Do one operation; raises the `SegueError` that the handler raised, `ServerProblem` when the server is away too long.

        A state that the holder of a run proposes is kept on disk instead, and is as good as accepted.
        """
        kept = isinstance(request, Proposal) and request.fence is not None
        stream = self._sender.stream_of(request.id) if kept and isinstance(request, Proposal) else None
        # The holder of a run need not wait for the end of an outage that has lasted.
        enough = stream is not None and self._outage.lasts > self._patience.bound
        retries = 0 if enough or operation.waits or operation.name in _APART else self._patience.retries
        try:
            return self._insist(operation, request, retries=retries)
        except Away as away:
            if operation.name == LEASE_END.name:
                # What it was held for is over, and is kept; the lease ends by itself.
                return cast("A", Nothing())
            if stream is None or not isinstance(request, Proposal):
                raise away.problem from away
            try:
                self._sender.keep(stream, request)
            except SpoolProblem as problem:
                raise away.problem from problem
            return cast(
                "A", Verdict(status="accept", state=request.state, reason="The server is away; kept until it is back.")
            )

    def stream(self, lease: Lease) -> RemoteStream:
        """Open the record stream of a lease that was just granted."""
        stream = RemoteStream(self._sender, lease, self._tokens.get(lease.id))
        self._sender.attach(stream)
        return stream

    def events(self) -> RemoteStream:
        """Open a stream of events that belong to no run; the server is not asked, and may be away."""
        stream = RemoteStream(self._sender, Lease(id=new_id(), fence=NO_LEASE, expires=now()), None)
        self._sender.attach(stream)
        return stream

    def flush(self) -> None:
        """Return when every record of every stream is at the server, or on this machine's disk while the server is away."""
        self._sender.flush()

    def deliver_leftovers(self) -> int:
        """Deliver what ended processes of this home left for this server; returns of how many spools. Raises `ServerProblem`."""
        try:
            return self._spools.deliver(self._post)
        except Away as away:
            raise away.problem from away

    def close(self) -> None:
        """Deliver what waits, or leave it on disk, and close the connections; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        _living.discard(self)
        for following in list(self._followings):
            following.close()
        self._sender.close()
        self._links.close()

    def abandon(self) -> None:
        """Leave the parent's connections, queue and spools alone in a forked child."""
        self._settling = threading.Lock()
        self._outage.forked()
        self._tokens = {}
        self._links.abandon()
        self._sender.abandon()

    def _insist(self, operation: Operation[Q, A], request: Q, *, retries: int) -> A:
        request, token = shown(request, self._tokens)
        asked = codec.compose(operation, request)
        timeout = self._timeout if not operation.waits else getattr(request, "seconds", 0.0) + _POLL
        unsure = False
        for attempt in range(retries + 1):
            try:
                self._settle(operation)
                answer = self._understood(operation, self._post(asked, token=token, timeout=timeout))
                learn(request, answer, self._tokens)
                return answer
            except Unauthorized:
                if not isinstance(request, Renewal) or token is not None:
                    raise
                # The key is taken no more, but each run has a token of its own.
                alone = each_alone(request, self._tokens)
                return cast("A", joined([self._insist(LEASE_RENEW, part, retries=retries) for part in alone]))
            except Away as away:
                unsure = unsure or away.unsure
                if attempt == retries or self._closed:
                    raise
                threading.Event().wait(self._patience.pause(attempt, away.retry_after))
            except NotFound:
                # It was deleted by an earlier attempt whose answer was lost.
                if unsure and operation.method == "DELETE" and operation.response is Nothing:
                    return cast("A", Nothing())
                raise
            except AlreadyExists:
                if unsure and isinstance(request, PutInput) and (found := self._input_of(request)) is not None:
                    return cast("A", found)
                raise
        raise AssertionError("a loop that returns or raises")

    def _input_of(self, request: PutInput) -> RunInput | None:
        """Return the input that an earlier attempt has put, whose answer was lost."""
        query = InputQuery(flow_run_id=request.flow_run_id, prefix=request.key)
        for found in self._insist(INPUT_LIST, query, retries=self._patience.retries).items:
            if (found.key, found.value, found.sender) == (request.key, request.value, request.sender):
                return found
        return None

    def _settle(self, operation: Operation[Q, A]) -> None:
        """Let what was recorded before be at the server: a call sees it. Raises `Away`."""
        if operation.waits or operation.name in _APART:
            return
        if self._leftovers:
            with self._settling:
                if self._leftovers:
                    # Before anybody looks for runs of dead processes: their end may lie here.
                    try:
                        self._spools.deliver(self._post)
                    except SegueError as problem:
                        _log.warning("Records that wait on this machine were not delivered: %s", problem)
                    self._leftovers = False
        # A read sees what was flushed. What was put into a spool was flushed, and is not there yet.
        if operation.durability is not Durability.READ or self._outage.lasts:
            self._sender.deliver()

    def _understood(self, operation: Operation[Q, A], body: bytes) -> A:
        try:
            return codec.read_answer(operation, body)
        except msgspec.MsgspecError as problem:
            why = f"it answered {operation.name} with something else: {problem}"
            raise ServerProblem(url=self.address, why=why) from problem

    def _post(self, asked: HttpRequest, /, *, token: str | None = None, timeout: float | None = None) -> bytes:
        """Ask once; raises `Away`, or what the server told."""
        if timeout is None:
            timeout = min(self._timeout, _RECORDS) if asked.target == RECORDS_APPEND.path else self._timeout
        began = monotonic()
        # Asked again, these answer that there is no such thing, or that there is one already.
        repeatable = asked.method != "DELETE" and not asked.target.endswith("/inputs")
        try:
            answer = self._links.exchange(
                asked.method, asked.target, self._headers(token), asked.body, timeout=timeout, repeatable=repeatable
            )
        except Unanswered as problem:
            _log.debug("%s %s: %s, after %.1f s.", asked.method, asked.target, problem, monotonic() - began)
            raise self._away(str(problem), unsure=problem.unsure) from problem
        if 200 <= answer.status < 300:
            self._outage.end()
            return answer.body
        if answer.status == 401 and token is not None and self._key is not None:
            # Such as a run that the server has forgotten: it says so to whoever it knows.
            return self._post(asked, timeout=timeout)
        raise self._problem(asked, answer.status, answer.body, answer.retry_after)

    def exchange(self, asked: HttpRequest, headers: str = "") -> Answer:
        """Ask as a program wrote it and return the answer, problems as well; raises `ServerProblem` where there is none.

        `headers`: further lines of the request's head, each ended. What only reads is asked again, as calls are.
        """
        lines = self._headers(None) + headers
        answer = insist(self._links, self._patience, asked, lines, timeout=self._timeout, away=self._away)
        self._outage.end()
        return answer

    def follow(self, query: StreamQuery, *, attempts: int | None = None) -> Following:
        """Return the messages of the live stream, gone on from where it breaks off; ended with this backend."""
        following = Following(query, self._listen, self._cut, self._patience, attempts=attempts)
        self._followings.add(following)
        return following

    def _cut(self, problem: Unanswered) -> Away:
        return self._away(str(problem), unsure=False)

    def _listen(self, query: StreamQuery) -> Listening:
        asked = codec.compose(STREAM, query)
        try:
            listening = Listening(*self._links.begin(asked.target, self._headers(None), timeout=_SILENCE))
        except Unanswered as problem:
            raise self._cut(problem) from problem
        if listening.status == 200:
            self._outage.end()
            return listening
        with closing(listening):
            raise self._problem(asked, listening.status, listening.read(), listening.retry_after)

    def _problem(self, asked: HttpRequest, status: int, body: bytes, retry_after: str | None) -> Exception:
        """What an answer that is none means: `Away`, or what the server told."""
        told = codec.read_problem(body)
        if is_passing(status, self._extra):
            pause = seconds_asked(retry_after)
            return self._away(f"it answers with status {status}", unsure=True, told=told, retry_after=pause)
        self._outage.end()
        if told is not None:
            return told if told.code not in _WHO else _not_let_in(told, self.address, has_key=self._key is not None)
        why = f"it answered {asked.method} {asked.target} with status {status}, and no word of Segue's"
        if not self.address.endswith("/api"):
            why += f". The address of a server's API ends in /api; try SEGUE_API_URL={self.address}/api"
        return ServerProblem(url=self.address, why=why)

    def _away(
        self, why: str, *, unsure: bool, told: SegueError | None = None, retry_after: float | None = None
    ) -> Away:
        problem = told if told is not None else ServerProblem(url=self.address, why=why)
        away = Away(problem, unsure=unsure, retry_after=retry_after)
        if not self._closed:
            self._outage.begin(away)
        return away

    def _headers(self, token: str | None) -> str:
        return head(token or self._key, self._caller())


def _not_let_in(told: SegueError, address: str, *, has_key: bool) -> SegueError:
    """Say at which server it was, and what to do: the server does not know what the asker has."""
    if told.status == 401 and not has_key:
        told = type(told)("it wants to know who asks, and SEGUE_API_KEY is not set.")
    hint = f" Sign in with `segue login {address.removesuffix('/api')}`." if told.status == 401 else ""
    words = str(told).replace(" `segue login` gets a new one.", "")
    return type(told)(f"The server at {address} refused this: {words}{hint}")


_living: weakref.WeakSet[RemoteBackend] = weakref.WeakSet()


def _close_all() -> None:
    for backend in list(_living):
        backend.close()


def _abandon_all() -> None:
    for backend in list(_living):
        backend.abandon()


# Daemon threads still run while these callbacks do, so the sender is there to send.
atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
