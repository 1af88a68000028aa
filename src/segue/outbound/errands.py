"""Errands: what is to be told to the world outside, and how that went."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

#: Seconds for one errand, connection and answer together.
TIME = 30.0
#: Bytes of an answer that are read; of what comes after them nothing is needed.
ANSWER = 64 * 1024


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="notice"):
    """A notification, to be sent by a block: its type and its data, secrets and all."""

    block_type: str
    data: dict[str, object]
    body: str
    subject: str | None = None
    #: The same for every attempt at the same notification.
    key: str | None = None


class Call(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="call"):
    """An HTTP request."""

    method: str
    url: str
    headers: dict[str, str] = {}
    params: dict[str, str] = {}
    cookies: dict[str, str] = {}
    body: str | None = None
    form: dict[str, str] | None = None
    #: Seconds.
    timeout: float = TIME
    #: Whether the other side's certificate is checked.
    verify: bool = True
    #: Whether hosts of a private network may be called, where the guard lets them.
    private: bool = True
    #: Made first: the `id_token` in its answer is the bearer's token of this one.
    bearer: Call | None = None


Errand: TypeAlias = Notice | Call


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an errand went."""

    done: bool
    #: What the other side answered, or why it was not asked.
    detail: str
    #: The status of an HTTP answer.
    status: int | None = None
    #: Whether another attempt may go better.
    again: bool = False
    #: Seconds that the other side asked to be left alone.
    after: float | None = None
    #: The first part of the answer's body.
    answer: str | None = None


def refused(detail: str) -> Outcome:
    """Return the outcome of what will never go well as it is."""
    return Outcome(done=False, detail=detail)


def worth_repeating(status: int) -> bool:
    """Say whether a status speaks of the moment rather than of the request."""
    return status >= 500 or status in {408, 425, 429}
