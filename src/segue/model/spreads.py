"""Lengths of time, put into a few numbers."""

from __future__ import annotations

from msgspec import Struct


class Spread(Struct, frozen=True, kw_only=True):
    """How long something took, in seconds: of so many, half were quicker than `p50`, 95 of a hundred than `p95`."""

    count: int
    average: float
    p50: float
    p95: float
    p99: float
    longest: float
