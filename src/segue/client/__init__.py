"""Reading and changing what was recorded: `get_client`, and the schemas of what it takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segue.client.orchestration import SegueClient, SyncSegueClient, get_client
    from segue.client.reasons import because

__all__ = ["SegueClient", "SyncSegueClient", "because", "get_client"]


def __getattr__(name: str) -> object:
    # A door: hooks and contexts need the schemas alone, and do not pay for the client.
    if name not in __all__:
        raise AttributeError(f"module 'segue.client' has no attribute {name!r}")
    from segue.client import orchestration, reasons  # noqa: PLC0415

    return getattr(reasons if name == "because" else orchestration, name)
