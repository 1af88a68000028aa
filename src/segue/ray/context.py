"""What the code of a flow says about the resources of the tasks it submits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_options: ContextVar[dict[str, Any] | None] = ContextVar("segue_ray_options", default=None)


def current_options() -> dict[str, Any]:
    """Return the options in force here."""
    return dict(_options.get() or {})


@contextmanager
def remote_options(**new_remote_options: Any) -> Iterator[None]:
    """Give what is submitted within the block these options of Ray's remote functions (`num_cpus`, `num_gpus`, `resources`, …)."""
    token = _options.set({**current_options(), **new_remote_options})
    try:
        yield
    finally:
        _options.reset(token)
