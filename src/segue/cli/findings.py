"""What an examination finds: one thing, whether it is well, and what to do where it is not."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    found: str
    #: What to do about it.
    todo: str | None = None
