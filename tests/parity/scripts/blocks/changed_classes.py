"""A class that changed since the block was saved."""

import warnings

from segue.blocks.core import Block

warnings.simplefilter("ignore")


class Old(Block):
    _block_type_slug = "changing"
    a: int = 1


Old(a=4).save("c")


class More(Block):
    _block_type_slug = "changing"
    a: int = 1
    b: str


class Other(Block):
    _block_type_slug = "changing"
    c: int = 3


try:
    More.load("c")
except Exception as error:
    print(type(error).__name__, error)
print(More.load("c", validate=False))
print(Other.load("c"))
print(Block.model_validate({"a": 2, "block_type_slug": "changing", "b": "x"}).__class__.__name__)
