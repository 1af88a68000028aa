"""The arguments of a flow run, kept as they were where the record can only describe them.

The record holds parameters as JSON, for people and pages to read. A data frame, a path or a secret does not survive that, so a
retry would pass a description where the flow expects the thing. Such arguments are kept beside the inputs of tasks.
"""

from __future__ import annotations

import logging
from typing import Any

from segue.engine.lives import FlowLife
from segue.exceptions import MissingResult
from segue.model.errors import SegueError

log = logging.getLogger("segue.flow_runs")


class ArgumentsLost(SegueError):
    """The run was given {names}, which could be described but not kept: call the flow again instead."""

    code = "run.arguments-lost"
    status = 409


def keep_arguments(life: FlowLife, described: dict[str, object]) -> None:
    """Keep the arguments of a new run, unless JSON says all there is to say of them."""
    if _same(described, life.given):
        return
    from segue.results import inputs_place  # noqa: PLC0415 - a door: storage is opened when something is kept

    place = inputs_place()
    values: dict[str, object] = {}
    missing: list[str] = []
    for name, value in life.given.items():
        try:
            place.serializer.dumps(value)
        except Exception as error:  # noqa: BLE001 - what a user's object raises when pickled is its own affair
            log.debug("argument %r of flow run %r cannot be kept: %s", name, life.name, error, extra={"life": life})
            missing.append(name)
        else:
            values[name] = value
    place.save(_key(life.id), {"values": values, "missing": missing})


def kept_arguments(run_id: str) -> dict[str, Any] | None:
    """Return the arguments kept for a run; None when the record has them all. Raises ArgumentsLost, naming them."""
    from segue.results import inputs_place  # noqa: PLC0415 - a door: see `keep_arguments`

    try:
        kept: Any = inputs_place().read(_key(run_id)).result
    except (MissingResult, ValueError, OSError):
        return None
    if kept["missing"]:
        raise ArgumentsLost(names=", ".join(kept["missing"]))
    values: dict[str, Any] = kept["values"]
    return values


def _key(run_id: str) -> str:
    return f"arguments-{run_id}"


def _same(described: dict[str, object], given: dict[str, object]) -> bool:
    try:
        return bool(described == given)
    except Exception:  # noqa: BLE001 - arrays refuse to be compared; they are not JSON either
        return False
