"""Why a change is made, told by the program that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from segue.engine.lives import current_reason


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Keep a reason with every change that is made in the block: why somebody did it, in their own words."""
    token = current_reason.set(reason)
    try:
        yield
    finally:
        current_reason.reset(token)
