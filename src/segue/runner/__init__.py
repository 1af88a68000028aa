"""Where code is kept for runs elsewhere, and what runs the runs of deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segue.runner.runner import Runner as Runner

__all__ = ["Runner"]


def __getattr__(name: str) -> Any:
    # A door: storage alone does not pay for what serves.
    if name == "Runner":
        return getattr(__import__("segue.runner.runner", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
