"""A function's parameters: bound, taken apart, put together and described, under the names users know."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import cloudpickle

from segue.engine.signature import Signature
from segue.exceptions import ParameterBindError, ReservedArgumentError, SignatureMismatchError
from segue.parameter_schema import ParameterSchema as ParameterSchema
from segue.parameter_schema import parameter_docstrings as parameter_docstrings
from segue.parameter_schema import parameter_schema as parameter_schema
from segue.utilities.importtools import import_object

if TYPE_CHECKING:
    from segue.mapping import expand_mapping_parameters as expand_mapping_parameters

R = TypeVar("R")
Parameters = dict[str, Any]


def get_call_parameters(
    fn: Callable[..., Any],
    call_args: tuple[Any, ...],
    call_kwargs: Parameters,
    apply_defaults: bool = True,  # noqa: FBT001, FBT002 - the signature users know
) -> Parameters:
    """Return the parameters of a call by name, defaults included unless told otherwise; raises ParameterBindError."""
    try:
        if apply_defaults:
            return Signature(fn).bind(call_args, call_kwargs)
        bound: Parameters = dict(inspect.signature(fn).bind(*call_args, **call_kwargs).arguments)
        return bound
    except TypeError as problem:
        raise ParameterBindError.of(fn, problem, call_args, call_kwargs) from None


def get_parameter_defaults(fn: Callable[..., Any]) -> Parameters:
    """Return the parameters that have a default, and which."""
    parameters = inspect.signature(fn).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def _variadic(fn: Callable[..., Any]) -> str | None:
    """Return the name of a function's `**` parameter."""
    parameters = inspect.signature(fn).parameters.values()
    return next((each.name for each in parameters if each.kind is each.VAR_KEYWORD), None)


def explode_variadic_parameter(fn: Callable[..., Any], parameters: Parameters) -> Parameters:
    """Return parameters with what the `**` parameter holds beside the others."""
    name = _variadic(fn)
    if name is None:
        return parameters
    others = {key: value for key, value in parameters.items() if key != name}
    return {**others, **parameters.get(name, {})}


def collapse_variadic_parameters(fn: Callable[..., Any], parameters: Parameters) -> Parameters:
    """Return parameters with those the function has no name for inside its `**` parameter; ValueError where it has none."""
    names = inspect.signature(fn).parameters
    name = _variadic(fn)
    extra = {key: value for key, value in parameters.items() if key not in names}
    if name is None and extra:
        raise ValueError(
            f"Signature for {fn} does not include any variadic keyword argument but parameters were given that are not present "
            f"in the signature: {sorted(extra)}."
        )
    if name is None or not extra:
        return dict(parameters)
    return {key: value for key, value in parameters.items() if key in names} | {name: extra}


def parameters_to_args_kwargs(fn: Callable[..., Any], parameters: Parameters) -> tuple[tuple[Any, ...], Parameters]:
    """Return what passes parameters to a function: `fn(*args, **kwargs)`; raises SignatureMismatchError."""
    signature = inspect.signature(fn)
    if not set(parameters) <= set(signature.parameters):
        raise SignatureMismatchError(
            f"Function expects parameters {list(signature.parameters)} but was provided with parameters {list(parameters)}"
        )
    bound = inspect.BoundArguments(
        signature, {name: parameters[name] for name in signature.parameters if name in parameters}
    )
    return bound.args, bound.kwargs


def call_with_parameters(fn: Callable[..., R], parameters: Parameters) -> R:
    """Call a function with its parameters by name."""
    args, kwargs = parameters_to_args_kwargs(fn, parameters)
    return fn(*args, **kwargs)


def cloudpickle_wrapped_call(__fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[[], bytes]:
    """Return a call as something that can be pickled; its own call returns the pickled value."""
    return partial(_run_pickled, cloudpickle.dumps((__fn, args, kwargs)))


def _run_pickled(payload: bytes) -> bytes:
    function, args, kwargs = cloudpickle.loads(payload)
    made: bytes = cloudpickle.dumps(function(*args, **kwargs))
    return made


def parameter_schema_from_entrypoint(entrypoint: str) -> ParameterSchema:
    """Describe the parameters of the function that `FILE.py:FUNCTION` or `package.module.function` names."""
    return parameter_schema(import_object(entrypoint))


def raise_for_reserved_arguments(fn: Callable[..., Any], reserved_arguments: Iterable[str]) -> None:
    """Raise ReservedArgumentError where a function has a parameter of one of these names."""
    names = inspect.signature(fn).parameters
    for name in reserved_arguments:
        if name in names:
            raise ReservedArgumentError(f"{name!r} is a reserved argument name and cannot be used.")


def __getattr__(name: str) -> Any:
    # A door: what spreads calls over a map stands above this folder, and reads annotations from it.
    if name == "expand_mapping_parameters":
        return getattr(__import__("segue.mapping", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
