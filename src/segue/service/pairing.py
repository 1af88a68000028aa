"""Which handler does which operation, joined so that the type checker compares what they take and give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from segue.store.session import Session
from segue.wire.operation import Operation

Q = TypeVar("Q")
A = TypeVar("A")

#: Requests and answers differ by operation; `pair` keeps each handler to its own.
Handler: TypeAlias = Callable[[Session, Any], Any]


def pair(operation: Operation[Q, A], handler: Callable[[Session, Q], A]) -> tuple[str, Handler]:
    """Join an operation and its handler; the type checker compares what they take and give."""
    return operation.name, handler
