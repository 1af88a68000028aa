"""What a run waits for, told to a person: the gate, until when, and who keeps it shut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from segue.cli.cells import Cell
from segue.cli.failures import Line
from segue.cli.words import ago
from segue.model.waiting import Gate, Keeper

#: Gates that are told one by one.
_SHOWN = 5
#: Seconds after which a process that was asked to stop resists.
_PATIENCE = 2.0


def waiting_lines(gates: Sequence[Gate], now: datetime) -> list[Line]:
    """Return the lines that say what is waited for, a gate after the other; none where nothing is."""
    said = [line for gate in gates[:_SHOWN] for line in _told(gate, now)]
    if len(gates) > _SHOWN:
        said.append(f"… and {len(gates) - _SHOWN} more like these")
    lines: list[Line] = [
        (Cell("Waits for   " if n == 0 else " " * 12, "faint"), Cell(line)) for n, line in enumerate(said)
    ]
    return [*lines, (Cell(""),)] if lines else []


def _told(gate: Gate, now: datetime) -> Iterator[str]:
    match gate.kind:
        case "attempt" | "time":
            yield f"{gate.what}, {ago(gate.until, now)}"
        case "stop" if gate.keepers:
            yield f"{gate.what}; it was asked {ago(gate.since, now)}"
            if gate.since is not None and (now - gate.since).total_seconds() > _PATIENCE:
                yield "It has not stopped yet: user code may be in a call that cannot be interrupted."
        case "answer":
            end = "" if gate.until is None else f"; the pause ends as a failure {ago(gate.until, now)}"
            yield f"{gate.what}{end}"
            yield from _fields(gate.schema or {})
        case "input":
            yield f"{gate.what}{': ' if gate.keepers else ''}{', '.join(each.name for each in gate.keepers)}"
        case "slot":
            yield from _slot(gate, now)
        case "order":
            yield gate.what
            yield from (f"  {each.name}" for each in gate.keepers)
        case "paused":
            by = "".join(f", by {each.type} {each.name}{_since(each, now)}" for each in gate.keepers)
            yield f"{gate.what}{by}"
        case "worker":
            yield gate.what
            yield from (f"  {each.name} is gone{_since(each, now) or ', as it said'}" for each in gate.keepers)
        case _:
            yield gate.what


def _since(keeper: Keeper, now: datetime) -> str:
    return "" if keeper.since is None else f", {ago(keeper.since, now)}"


def _slot(gate: Gate, now: datetime) -> Iterator[str]:
    who = f"{gate.waiter.name}: " if gate.waiter is not None else ""
    before = f", {gate.ahead} before it" if gate.ahead else ""
    since = f"; it asked {ago(gate.since, now)}" if gate.since is not None else ""
    yield f"{who}{gate.what}{before}{since}"
    for keeper in gate.keepers:
        yield f"  held by {_named(keeper)}{f', taken {ago(keeper.since, now)}' if keeper.since is not None else ''}"


def _named(keeper: Keeper) -> str:
    within = f" of flow run {keeper.flow_run}" if keeper.flow_run is not None else ""
    return f"{keeper.type.replace('-', ' ')} {keeper.name}{within}"


def _fields(schema: dict[str, object]) -> Iterator[str]:
    """Name the fields of the input that a pause asks for."""
    properties = schema.get("properties")
    required = schema.get("required")
    for name, field in properties.items() if isinstance(properties, dict) else ():
        kind = field.get("type", "") if isinstance(field, dict) else ""
        needed = " (required)" if isinstance(required, list) and name in required else ""
        yield f"  {name}: {kind or 'any'}{needed}"
