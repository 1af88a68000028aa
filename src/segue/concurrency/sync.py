"""Concurrency and rate limits in sync code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from segue.concurrency.claims import AcquireConcurrencySlotTimeoutError as AcquireConcurrencySlotTimeoutError
from segue.concurrency.claims import Asked, given_back, names_of, taken
from segue.concurrency.claims import ConcurrencySlotAcquisitionError as ConcurrencySlotAcquisitionError
from segue.engine.drive_sync import drive
from segue.model.slots import SlotHolder


@contextmanager
def concurrency(
    names: str | list[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,  # noqa: FBT001, FBT002 - users' word
    holder: SlotHolder | None = None,
    raise_on_lease_renewal_failure: bool | None = None,  # noqa: ARG001, FBT001 - users' word; nothing has to be renewed here
) -> Iterator[None]:
    """Hold `occupy` slots of every named limit within the block, first come, first served.

    A limit that does not exist holds nobody up, unless `strict`. Raises AcquireConcurrencySlotTimeoutError after
    `timeout_seconds`, ConcurrencySlotAcquisitionError where there are fewer slots than are asked for. The slots are free when the
    block ends, and when the process does.
    """
    asked = Asked(
        names=names_of(names), occupy=occupy, timeout=timeout_seconds, max_retries=max_retries, seconds=lease_duration,
        strict=strict, holder=holder,
    )  # fmt: skip
    claim = drive(taken(asked))
    try:
        yield
    finally:
        drive(given_back(claim))


def rate_limit(
    names: str | list[str],
    occupy: int = 1,
    timeout_seconds: float | None = None,
    strict: bool = False,  # noqa: FBT001, FBT002 - users' word
) -> None:
    """Wait until `occupy` slots of every named limit are free; they become free again by the limit's decay.

    Raises as `concurrency` does, and for a limit without `slot_decay_per_second`.
    """
    asked = Asked(names=names_of(names), occupy=occupy, timeout=timeout_seconds, strict=strict, rate=True)
    drive(taken(asked))
