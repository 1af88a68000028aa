"""How a request to a server begins, and one that is asked as a program wrote it."""

from __future__ import annotations

import threading
from typing import Protocol
from urllib.parse import quote

from segue.backend.links import Answer, Links, Unanswered
from segue.backend.outage import Away, Patience
from segue.host.tracing import traceparent
from segue.model.callers import Caller
from segue.wire import codec
from segue.wire.codec import HttpRequest
from segue.wire.version import API_VERSION, HEADER

#: What a header may hold as it is.
_PLAIN = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


class Missed(Protocol):
    """Notes that an answer was missed, and returns what is to be raised in the end."""

    def __call__(self, why: str, /, *, unsure: bool) -> Away:
        """Return what became of the attempt."""
        ...


def head(key: str | None, caller: Caller | None) -> str:
    """Return the lines that every request has: versions, who asks, by which key, and why."""
    lines = [f"{HEADER}: {API_VERSION}", f"content-type: {codec.JSON}"]
    span = traceparent()
    if span is not None:
        lines.append(f"traceparent: {span}")
    if key:
        lines.append(f"authorization: Bearer {quote(key, safe=_PLAIN)}")
    if caller is not None:
        lines.append(f"segue-actor: {quote(caller.actor.name, safe=_PLAIN)}")
        lines.append(f"segue-means: {quote(caller.actor.means or 'sdk', safe=_PLAIN)}")
        if caller.reason:
            lines.append(f"segue-reason: {quote(caller.reason, safe=_PLAIN)}")
    return "".join(f"{line}\r\n" for line in lines)


def insist(links: Links, patience: Patience, asked: HttpRequest, lines: str, *, timeout: float, away: Missed) -> Answer:
    """Return the answer to a request; one that only reads is asked again, others where nothing can have come of them."""
    reads, attempt = asked.method == "GET", 0
    while True:
        try:
            return links.exchange(asked.method, asked.target, lines, asked.body, timeout=timeout, repeatable=reads)
        except Unanswered as problem:
            missed = away(str(problem), unsure=problem.unsure)
            if attempt == patience.retries or (problem.unsure and not reads):
                raise missed.problem from missed
        threading.Event().wait(patience.pause(attempt))
        attempt += 1
