"""The block classes of a file or a module."""

from __future__ import annotations

from segue.blocks.core import Block
from segue.blocks.schemas import is_interface
from segue.loading import load


def classes_of(place: str) -> list[type[Block]]:
    """Return the block types that a file or a module has, by slug; raises `CannotLoad`, `ScriptError`."""
    found = {
        value.get_block_type_slug(): value
        for value in vars(load(place)).values()
        if Block.is_block_class(value) and value is not Block and not is_interface(value)
    }
    return [cls for _, cls in sorted(found.items())]
