"""The types of blocks that come with Segue, as a server offers them: made from their classes, which it never imports."""

from __future__ import annotations

from typing import Any

import msgspec

from segue.blocks.keeping import described
from segue.blocks.registry import STANDARD, class_of
from segue.wire.blocks import StandardBlocks


def standard_blocks() -> str:
    """Return them as JSON, by slug."""
    classes: list[Any] = [class_of(slug) for slug in sorted(STANDARD)]
    told = msgspec.json.encode(StandardBlocks(items=[described(cls) for cls in classes]))
    return msgspec.json.format(told, indent=2).decode() + "\n"
