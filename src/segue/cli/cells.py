"""Text with a look, of which tables and reports are made; what a look is on a terminal is known to `tables`."""

from __future__ import annotations

from msgspec import Struct


class Cell(Struct, frozen=True):
    """A piece of text in a table; `look` is a state type or a style's name."""

    text: str
    look: str = ""


class Column(Struct, frozen=True):
    """A column of a table; when the terminal is narrow, spare ones are left out and then the stretching ones give way."""

    title: str
    stretches: bool = False
    right: bool = False
    #: Left out where there is no room for everything: names do as well as ids.
    spare: bool = False
