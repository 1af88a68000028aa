"""Triggers made of triggers: enough of them within a time, or all of them in their order."""

from __future__ import annotations

from msgspec import Struct


class Mark(Struct, array_like=True, frozen=True):
    """That one of the triggers fired: which, when, and by what."""

    child: int
    at: int
    counted: list[int] = []


class Marks(Struct, array_like=True):
    """What has fired so far.

    Of a compound trigger the last firing of each of its triggers; of a sequence, for each length, the firings that led there, and
    of several such those that began last.
    """

    chains: dict[int, list[Mark]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost when it is forgotten."""
        return not self.chains


def gather(marks: Marks, mark: Mark, *, need: int, within: int) -> list[Mark] | None:
    """Take a firing of a compound trigger; returns the firings that let it fire, which are then forgotten.

    `within`: microseconds; 0: no matter when.
    """
    known = marks.chains.get(mark.child)
    if known is None or known[0].at <= mark.at:
        marks.chains[mark.child] = [mark]
    if within:
        since = max(chain[0].at for chain in marks.chains.values()) - within
        marks.chains = {child: chain for child, chain in marks.chains.items() if chain[0].at >= since}
    if len(marks.chains) < need:
        return None
    found = sorted((chain[0] for chain in marks.chains.values()), key=lambda each: (each.at, each.child))
    marks.chains = {}
    return found


def follow(marks: Marks, mark: Mark, *, steps: int, within: int) -> list[Mark] | None:
    """Take a firing of a sequence; returns the firings that let it fire, which are then forgotten.

    The firings of one event are taken from the last step to the first: an event stands for one step.
    """
    if mark.child == 0:
        chain = [mark]
    else:
        before = marks.chains.get(mark.child)
        if before is None or (within and mark.at > before[0].at + within):
            return None
        chain = [*before, mark]
    if len(chain) == steps:
        marks.chains = {}
        return chain
    known = marks.chains.get(len(chain))
    if known is None or known[0].at <= chain[0].at:
        marks.chains[len(chain)] = chain
    return None
