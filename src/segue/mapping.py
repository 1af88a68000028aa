"""One call per element: how the arguments of a map are spread over its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segue.exceptions import MappingLengthMismatch, MappingMissingIterable
from segue.futures import SegueFuture
from segue.utilities.annotations import allow_failure, quote, unmapped

if TYPE_CHECKING:
    from segue.tasks import Task

_WHOLE = (str, bytes)


def elements(task: Task[Any, Any], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of each run.

    Iterables (other than text and bytes; a mapping gives its keys) are mapped; everything else, and what is `unmapped`, is
    given to each run.
    Raises MappingMissingIterable when nothing is mapped, MappingLengthMismatch when lengths differ.
    """
    given = task.signature_parameters(parameters)
    mapped: dict[str, list[Any]] = {}
    same: dict[str, Any] = {}
    for name, value in given.items():
        match value:
            case unmapped():
                same[name] = value.value
            case allow_failure() if _mappable(value.value):
                mapped[name] = [allow_failure(item) for item in _items(value.value)]
            case quote() if _mappable(value.value):
                mapped[name] = _items(value.value)
            case SegueFuture():
                inner = value.result()
                if _mappable(inner):
                    mapped[name] = _items(inner)
                else:
                    same[name] = value
            case _ if _mappable(value):
                mapped[name] = _items(value)
            case _:
                same[name] = value
    if not mapped:
        raise MappingMissingIterable(
            f"No iterable parameters were received. Parameters for map must include at least one iterable. "
            f"Parameters: {parameters}"
        )
    lengths = {name: len(values) for name, values in mapped.items()}
    if len(set(lengths.values())) > 1:
        raise MappingLengthMismatch(
            "Received iterable parameters with different lengths. Parameters for map must all be the same length. "
            f"Got lengths: {lengths}"
        )
    return [
        task.complete({**same, **{name: values[index] for name, values in mapped.items()}}, given)
        for index in range(next(iter(lengths.values())))
    ]


def _mappable(value: Any) -> bool:
    return hasattr(type(value), "__iter__") and not isinstance(value, _WHOLE)


def _items(value: Any) -> list[Any]:
    return list(value)
