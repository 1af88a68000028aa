"""When a database is tidied, and by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Once a day is often enough: keep times are counted in days.
EVERY = timedelta(days=1)
#: After so long without a word from whoever is at it, another may go on.
PATIENCE = timedelta(minutes=1)


def is_due(last: datetime | None, now: datetime) -> bool:
    """Say whether a day has gone by since it was last done."""
    return last is None or now - last >= EVERY


def is_free(until: datetime | None, now: datetime, *, given_up: bool) -> bool:
    """Say whether somebody may begin: nobody is at it, or who was is known to have given up, or said nothing in time."""
    return until is None or given_up or until <= now
