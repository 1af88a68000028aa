"""What a deployment asks of the parameters of its runs."""

from __future__ import annotations

from collections.abc import Mapping

from segue.decide.json_schema import faults
from segue.model.blocks import reference


def parameter_faults(schema: Mapping[str, object], given: Mapping[str, object], *, whole: bool = True) -> list[str]:
    """Return what is wrong with parameters, a sentence each; not `whole`: what is missing may come later."""
    if not schema:
        return []
    asked = schema if whole else {name: part for name, part in schema.items() if name != "required"}
    properties = schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    strange = [f"{name} is not a parameter{_those(known)}" for name in given if name not in known]
    found = faults(asked, given, hidden=lambda _: False, skip=lambda value: reference(value) is not None)
    return strange + found


def _those(known: Mapping[str, object]) -> str:
    return f" (there are {', '.join(known)})" if known else " (there are none)"
