"""Attributes of a module that are worked out when they are read, and that the environment can override for a test.

`SEGUE__RUNTIME__FLOW_RUN__NAME=x` stands for `segue.runtime.flow_run.name`; the text is cast to the type of the true value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from segue.host import config

Fields = Mapping[str, Callable[[], Any]]


def attribute(module: str, fields: Fields, name: str) -> Any:
    """Return an attribute of a runtime module, or for `get_name` the function that finds it out.

    Raises AttributeError where neither run nor environment knows it.
    """
    short = module.rpartition(".")[2]
    if name.startswith("get_"):
        read = next((each for each in (name[4:], name[4:].removeprefix(f"{short}_")) if each in fields), None)
        if read is not None:
            return fields[read]
    override = None if name.startswith("__") else config.variable(f"SEGUE__RUNTIME__{short.upper()}__{name.upper()}")
    if name not in fields:
        if override is None:
            raise AttributeError(f"{module} has no attribute {name!r}")
        return override
    return fields[name]() if override is None else _cast(override, fields[name]())


def _cast(text: str, real: object) -> object:
    match real:
        case None | str():
            return text
        case bool():
            return text.lower() == "true"
        case int():
            return int(text)
        case float():
            return float(text)
        case datetime():
            given = datetime.fromisoformat(text)
            return given if given.tzinfo is not None else given.replace(tzinfo=UTC)
        case _:
            raise ValueError(
                "This runtime context attribute cannot be mocked using an environment variable. "
                "Please use monkeypatch instead."
            )
