"""How things are called in the feed: names of events, ids of resources, and patterns over both."""

from __future__ import annotations

from msgspec import Struct

RESOURCE_ID = "segue.resource.id"
RESOURCE_NAME = "segue.resource.name"
RESOURCE_ROLE = "segue.resource.role"
FLOW = "segue.flow."
FLOW_RUN = "segue.flow-run."
TASK_RUN = "segue.task-run."


class Pattern(Struct, frozen=True):
    """A name, or with `prefix` the beginning of names."""

    text: str
    prefix: bool = False

    def holds(self, name: str) -> bool:
        """Say whether a name fits."""
        return name.startswith(self.text) if self.prefix else name == self.text


def pattern(written: str) -> Pattern:
    """Understand a name as it is written in a filter: a star at its end stands for any rest."""
    return Pattern(written[:-1], prefix=True) if written.endswith("*") else Pattern(written)


def within(family: str, asked: Pattern) -> Pattern | None:
    """Return what a pattern over whole names means for what follows a family such as `segue.flow-run.`; None for nothing."""
    if asked.text.startswith(family):
        return Pattern(asked.text[len(family) :], asked.prefix)
    if asked.prefix and family.startswith(asked.text):
        return Pattern("", prefix=True)
    return None
