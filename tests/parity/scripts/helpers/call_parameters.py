"""Parameters of calls: bound, taken apart, collapsed, spread over a map, and described."""

import datetime
import enum
import json
from typing import Literal, Optional, Union

from segue.utilities.callables import (
    call_with_parameters,
    collapse_variadic_parameters,
    expand_mapping_parameters,
    explode_variadic_parameter,
    get_call_parameters,
    get_parameter_defaults,
    parameter_docstrings,
    parameter_schema,
    parameters_to_args_kwargs,
    raise_for_reserved_arguments,
)


def function(a, b=2, *args, c, d=4, **kw):
    """Sum.

    Args:
        a: the a
        b: the b
            more
        c (int): the c

    Returns:
        nothing
    """


class Colour(enum.Enum):
    RED = "r"
    TWO = 2


def described(
    a: int,
    b: Optional[str] = None,
    c: list[int] = [1],
    d: Literal["x", "y"] = "x",
    e: Colour = Colour.RED,
    f: Union[int, str] = 5,
    g: datetime.datetime = None,
    h=3,
    *,
    i: bool,
):
    """Described.

    Args:
        a: first
    """


def attempt(label, call):
    try:
        print(label, call())
    except Exception as error:
        print(label, type(error).__name__, str(error).split(" at 0x")[0])


attempt("bound", lambda: get_call_parameters(function, (1,), {"c": 3}))
attempt("all", lambda: get_call_parameters(function, (1, 2, 3, 4), {"c": 3, "z": 9}))
attempt("no defaults", lambda: get_call_parameters(function, (1,), {"c": 3}, apply_defaults=False))
attempt("missing", lambda: get_call_parameters(function, (), {}))
attempt("defaults", lambda: get_parameter_defaults(function))
attempt("explode", lambda: explode_variadic_parameter(function, {"a": 1, "kw": {"z": 1}}))
attempt("collapse", lambda: collapse_variadic_parameters(function, {"a": 1, "z": 1, "c": 2}))
attempt("no variadic", lambda: collapse_variadic_parameters(lambda a: a, {"a": 1, "z": 1}))
parameters = {"a": 1, "b": 2, "args": (7,), "c": 3, "d": 4, "kw": {"q": 1}}
attempt("apart", lambda: parameters_to_args_kwargs(function, parameters))
attempt("called", lambda: call_with_parameters(lambda x, *, y: (x, y), {"x": 1, "y": 2}))
attempt("words", lambda: parameter_docstrings(function.__doc__))
attempt("no words", lambda: parameter_docstrings(None))
attempt("reserved", lambda: raise_for_reserved_arguments(lambda wait_for: 1, ["wait_for", "return_state"]))
attempt("spread", lambda: expand_mapping_parameters(lambda x, y, z=5: 1, {"x": [1, 2], "y": 3}))
attempt("nothing", lambda: expand_mapping_parameters(lambda x: 1, {"x": 3}))
attempt("schema", lambda: json.dumps(parameter_schema(described).model_dump_for_openapi(), sort_keys=True))
