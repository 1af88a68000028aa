"""How things are called in the feed: names of events, ids of resources, and patterns over both."""

from __future__ import annotations

from msgspec import Struct

RESOURCE_ID = "segue.resource.id"
RESOURCE_NAME = "segue.resource.name"
RESOURCE_ROLE = "segue.resource.role"
FLOW = "segue.flow."
FLOW_RUN = "segue.flow-run."
TASK_RUN = "segue.task-run."
TAG = "segue.tag."
DEPLOYMENT = "segue.deployment."
WORK_POOL = "segue.work-pool."
WORK_QUEUE = "segue.work-queue."


#: Labels that the events have which are states of runs.
STATE_TYPE, STATE_NAME = "segue.state-type", "segue.state-name"


class Pattern(Struct, frozen=True):
    """A name as it is written in a filter: a star stands for any characters, or for none."""

    text: str

    @property
    def is_exact(self) -> bool:
        """Whether only one name fits."""
        return "*" not in self.text

    @property
    def beginning(self) -> str | None:
        """What every name that fits begins with, where that is all the pattern asks for."""
        start = self.text[:-1]
        return start if self.text.endswith("*") and "*" not in start else None

    def holds(self, name: str) -> bool:
        """Say whether a name fits."""
        first, *rest = self.text.split("*")
        if not rest:
            return name == first
        if not name.startswith(first) or len(name) < len(first) + len(rest[-1]) or not name.endswith(rest[-1]):
            return False
        at, end = len(first), len(name) - len(rest[-1])
        for part in rest[:-1]:
            found = name.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


def pattern(written: str) -> Pattern:
    """Understand a name as it is written in a filter."""
    return Pattern(written)


def within(family: str, asked: Pattern) -> tuple[Pattern, ...]:
    """Return what a pattern over whole names means for what follows a family such as `segue.flow-run.`: any of these."""
    text = asked.text
    # Where in the pattern one may be after each character of the family.
    places = {0}
    for character in family:
        places = {
            place if text[place] == "*" else place + 1
            for place in _reached(text, places)
            if place < len(text) and text[place] in ("*", character)
        }
    return tuple(Pattern(text[place:]) for place in sorted(places))


def _reached(text: str, places: set[int]) -> set[int]:
    """Places, and those behind stars that stand for nothing."""
    found = set(places)
    for start in places:
        place = start
        while place < len(text) and text[place] == "*":
            place += 1
            found.add(place)
    return found
