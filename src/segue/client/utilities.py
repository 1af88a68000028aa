"""Functions that are given a client, or get one for themselves, under the names users know."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from segue.client.orchestration import SegueClient, get_client

P = ParamSpec("P")
R = TypeVar("R")


def get_or_create_client(client: SegueClient | None = None) -> tuple[SegueClient, bool]:
    """Return a client and whether it is the one given, which its owner opens and closes."""
    return (get_client(), False) if client is None else (client, True)


def client_injector(
    func: Callable[Concatenate[SegueClient, P], Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give an async function a client as its first argument, open while it runs."""

    @wraps(func)
    async def with_client(*args: P.args, **kwargs: P.kwargs) -> R:
        async with get_client() as client:
            return await func(client, *args, **kwargs)

    return with_client


def inject_client(fn: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give an async function a client as `client=` where its caller gives none, open while it runs."""

    @wraps(fn)
    async def with_client(*args: P.args, **kwargs: P.kwargs) -> R:
        client, given = get_or_create_client(kwargs.get("client"))  # type: ignore[arg-type]  # what a caller gives is theirs
        if given:
            return await fn(*args, **kwargs)
        async with client as opened:
            kwargs["client"] = opened
            return await fn(*args, **kwargs)

    return with_client
