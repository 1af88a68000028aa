"""Concurrency and rate limits in async code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from segue.concurrency.claims import AcquireConcurrencySlotTimeoutError as AcquireConcurrencySlotTimeoutError
from segue.concurrency.claims import Asked, given_back, names_of, taken
from segue.concurrency.claims import ConcurrencySlotAcquisitionError as ConcurrencySlotAcquisitionError
from segue.model.slots import SlotHolder
from segue.pairs import aplay


@asynccontextmanager
async def concurrency(
    names: str | list[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,  # noqa: FBT001, FBT002 - users' word
    holder: SlotHolder | None = None,
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001, FBT001 - users' word; nothing has to be renewed here
) -> AsyncIterator[None]:
    """Hold slots within the block: `segue.concurrency.sync.concurrency` for async code."""
    asked = Asked(
        names=names_of(names), occupy=occupy, timeout=timeout_seconds, max_retries=max_retries, seconds=lease_duration,
        strict=strict, holder=holder,
    )  # fmt: skip
    claim = await aplay(taken(asked))
    try:
        yield
    finally:
        await aplay(given_back(claim))


async def rate_limit(
    names: str | list[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    strict: bool = False,  # noqa: FBT001, FBT002 - users' word
) -> None:
    """Wait until slots are free: `segue.concurrency.sync.rate_limit` for async code."""
    asked = Asked(names=names_of(names), occupy=occupy, timeout=timeout_seconds, strict=strict, rate=True)
    await aplay(taken(asked))
