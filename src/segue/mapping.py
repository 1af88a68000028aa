"""One call per element: how the arguments of a map are spread over its runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segue.engine.signature import Signature
from segue.exceptions import MappingLengthMismatch, MappingMissingIterable, ParameterBindError
from segue.futures import SegueFuture
from segue.utilities.annotations import allow_failure, quote, unmapped

if TYPE_CHECKING:
    from segue.decorated import Decorated

_WHOLE = (str, bytes)


def given_parameters(task: Decorated[Any, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters given in a call, without defaults, which are never mapped; raises ParameterBindError."""
    if task.binding is not None:
        args = (task.binding, *args)
    try:
        return dict(task.signature.full().bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise ParameterBindError.of(task.fn, error, args, kwargs) from None


def expand_mapping_parameters(func: Callable[..., Any], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of each call that a map of a function would make; raises what `elements` raises."""
    return elements(Signature(func), parameters)


def elements(signature: Signature, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of each run.

    Iterables (other than text and bytes; a mapping gives its keys) are mapped; everything else, and what is `unmapped`, is
    given to each run.
    Raises MappingMissingIterable when nothing is mapped, MappingLengthMismatch when lengths differ.
    """
    given = _spread(signature, parameters)
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
        _complete(signature, {**same, **{name: values[index] for name, values in mapped.items()}})
        for index in range(next(iter(lengths.values())))
    ]


def _spread(signature: Signature, parameters: dict[str, Any]) -> dict[str, Any]:
    """Lay a `**kwargs` parameter out, so that each of its entries can be mapped over."""
    spread = dict(parameters)
    for name, each in signature.full().parameters.items() if not signature.simple else ():
        if each.kind is each.VAR_KEYWORD and name in spread:
            spread.update(spread.pop(name))
    return spread


def _complete(signature: Signature, parameters: dict[str, Any]) -> dict[str, Any]:
    """Fold a laid-out `**kwargs` back together and fill in the defaults of what was not given."""
    if not signature.simple:
        full = signature.full().parameters
        extra = {name: value for name, value in parameters.items() if name not in full}
        parameters = {name: value for name, value in parameters.items() if name in full}
        for name, each in full.items():
            if each.kind is each.VAR_KEYWORD and extra:
                parameters[name] = extra
    args, kwargs = signature.unbind(parameters)
    return signature.bind(args, kwargs)


def _mappable(value: Any) -> bool:
    return hasattr(type(value), "__iter__") and not isinstance(value, _WHOLE)


def _items(value: Any) -> list[Any]:
    return list(value)
