"""What can be wrong with a block's class, or with the moment at which it is asked for something."""

from __future__ import annotations


class InvalidBlockRegistration(Exception):
    """This class is not a type of block that can be registered."""


class UnknownBlockType(Exception):
    """No class is known for the slug of a block type."""


class BlockNotSavedError(RuntimeError):
    """The block has no name yet under which it could be found."""
