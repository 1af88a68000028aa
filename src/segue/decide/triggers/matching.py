"""Which events a trigger means: by name, by what they happened to, by what has to do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from segue.decide.naming import RESOURCE_ROLE
from segue.model.automations import Match
from segue.model.events import Event

#: Events by which automations tell of themselves: meant by whoever names them, never by a pattern over all events.
OWN = "segue.automation."
_TOLD_OF_FIRINGS = ("triggered", "resolved", "loop-stopped", "action.")


def fits(value: str | None, asked: str) -> bool:
    """Say whether a label has a value: `*` at the end stands for any rest, `!` at the beginning turns it round.

    A label that is not there has no value, and fits nothing.
    """
    if value is None:
        return False
    if asked.startswith("!"):
        return not fits(value, asked[1:])
    return value.startswith(asked[:-1]) if asked.endswith("*") else value == asked


def labels_fit(labels: Mapping[str, str], match: Match) -> bool:
    """Say whether a resource has every label with one of its values."""
    return misfit(labels, match) is None


def misfit(labels: Mapping[str, str], match: Match) -> str | None:
    """Return the first label that a resource has not, or not with one of its values; None where all fit."""
    for label, values in match.items():
        value = labels.get(label)
        if not any(fits(value, each) for each in ([values] if isinstance(values, str) else values)):
            return label
    return None


def all_of(match_related: Match | list[Match]) -> list[Match]:
    """Return what is asked of related resources: for each, some resource must fit."""
    found = match_related if isinstance(match_related, list) else [match_related]
    return [match for match in found if match]


def related_fit(related: Sequence[Mapping[str, str]], wanted: Sequence[Match]) -> bool:
    """Say whether for each of these some related resource fits."""
    return all(any(labels_fit(labels, match) for labels in related) for match in wanted)


class Names:
    """A test of names of events: one of these, where any are given."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(dict.fromkeys(patterns))
        self.exact = frozenset(each for each in self.patterns if not each.endswith("*") and not each.startswith("!"))
        self.others = tuple(each for each in self.patterns if each not in self.exact)
        self._names_own = any(each.removesuffix("*").startswith(OWN) for each in self.patterns)

    def hold(self, name: str) -> bool:
        """Say whether a name is meant."""
        if name in self.exact:
            return True
        if self.patterns and not any(fits(name, each) for each in self.others):
            return False
        return self._names_own or not is_own(name)


def is_own(name: str) -> bool:
    """Say whether an event tells of a firing or an action of an automation."""
    return name.startswith(OWN) and name.startswith(_TOLD_OF_FIRINGS, len(OWN))


def label_of(event: Event, label: str) -> str:
    """Return the value that a trigger counts apart by: of the resource, or `related:<role>:<label>`; empty where there is none."""
    if not label.startswith("related:"):
        return event.resource.get(label, "")
    _, role, name = label.split(":", 2)
    for labels in event.related:
        if labels.get(RESOURCE_ROLE) == role:
            return labels.get(name, "")
    return ""


def keys_by(for_each: Sequence[str]) -> Callable[[Event], tuple[str, ...]]:
    """Return the function that gives an event's values of these labels."""
    if not for_each:
        return lambda _: ()
    if len(for_each) == 1 and not for_each[0].startswith("related:"):
        (only,) = for_each
        return lambda event: (event.resource.get(only, ""),)
    return lambda event: tuple([label_of(event, label) for label in for_each])
