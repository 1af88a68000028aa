"""Events of blocks: each call of a public method of a saved block is told, after the call."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from pydantic import BaseModel

from segue.events.utilities import emit_event
from segue.model.errors import SegueError

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger("segue.blocks")


def tell(block: Any, what: str) -> None:
    """Tell that something was done with a saved block; one that is not saved has no name to tell of."""
    id, name = block._block_document_id, block._block_document_name
    if id is None or name is None:
        return
    slug = block.get_block_type_slug()
    try:
        emit_event(
            f"segue.block.{slug}.{what}",
            resource={"segue.resource.id": f"segue.block-document.{id}", "segue.resource.name": name},
            related=[{"segue.resource.id": f"segue.block-type.{slug}", "segue.resource.role": "block-type"}],
        )
    except SegueError as problem:
        # What the block did is done, and must not look as if it had failed.
        _log.warning("That %s/%s was used could not be told: %s", slug, name, problem)


def tell_calls(cls: type[Any], but: frozenset[str]) -> None:
    """Let the public methods that a class defines tell of their calls."""
    for name, value in list(vars(cls).items()):
        if (
            isinstance(value, FunctionType)
            and not name.startswith("_")
            and name not in but
            and not hasattr(BaseModel, name)
        ):
            setattr(cls, name, _telling(value))


def _telling(method: F) -> F:
    name = method.__name__
    if getattr(method, "tells", False):
        return method
    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def acalled(self: Any, *args: Any, **kwargs: Any) -> Any:
            outcome = "failed"
            try:
                value = await method(self, *args, **kwargs)
                outcome = "called"
                return value
            finally:
                tell(self, f"{name}.{outcome}")

        acalled.tells = True  # type: ignore[attr-defined]  # a mark of ours
        return acalled  # type: ignore[return-value]  # wraps keeps the signature

    @wraps(method)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        outcome = "failed"
        try:
            value = method(self, *args, **kwargs)
            outcome = "called"
            return value
        finally:
            tell(self, f"{name}.{outcome}")

    called.tells = True  # type: ignore[attr-defined]  # a mark of ours
    return called  # type: ignore[return-value]  # wraps keeps the signature
