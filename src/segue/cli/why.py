"""Why a flow run does not run, and what to type about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import typer

from segue.backend.protocol import Backend
from segue.cli.cells import Cell
from segue.cli.failures import Line
from segue.cli.flow_run_report import field, state_lines
from segue.cli.listing import as_json, state_facts
from segue.cli.options import Output
from segue.cli.waiting import waiting_lines
from segue.cli.words import typed
from segue.host import clock
from segue.model.runs import FlowRun
from segue.model.states import Running
from segue.model.waiting import Gate
from segue.wire.requests import ById
from segue.wire.waits import FLOW_RUN_WAITS


def why(backend: Backend, run: FlowRun, output: Output) -> None:
    """Tell what a run waits for."""
    gates = backend.call(FLOW_RUN_WAITS, ById(run.id)).items
    if output is Output.JSON:
        facts = {
            "id": run.id, "name": run.name, "state": state_facts(run.state.kind, run.state.name),
            "waits_for": msgspec.to_builtins(gates),
        }  # fmt: skip
        typer.echo(as_json(facts))
        return
    from segue.cli.tables import print_lines  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    now = clock.now()
    lines: list[Line] = [
        field("Flow run", Cell(run.name, "strong"), Cell(f"  {run.id}", "faint")),
        *state_lines(run.state, now),
    ]
    lines += waiting_lines(gates, now) or [field("Waits for", Cell(_nothing(run)))]
    commands = list(dict.fromkeys(_commands(run, gates)))
    lines += [field("" if n else "Next", Cell(command, "strong")) for n, command in enumerate(commands)]
    print_lines(lines)


def _nothing(run: FlowRun) -> str:
    if isinstance(run.state, Running):
        return "nothing: it runs"
    return f"nothing: it is over, {run.state.name}" if run.state.final else "nothing that is on record"


def _commands(run: FlowRun, gates: Sequence[Gate]) -> Iterator[str]:
    """Yield what opens the gates, as far as a person can."""
    pool, queue = typed(run.work_pool_name or ""), typed(run.work_queue_name or "")
    for gate in gates:
        match gate.kind:
            case "paused" if gate.what.startswith("work queue"):
                yield f"segue work-queue resume {queue} --pool {pool}"
            case "paused":
                yield f"segue work-pool resume {pool}"
            case "worker":
                yield f"segue worker start --pool {pool}"
            case "answer":
                yield f"segue flow-run resume {typed(run.name)}{' -p KEY=VALUE' if gate.schema else ''}"
            case "stop":
                yield f"segue flow-run cancel {typed(run.name)} --force"
            case "slot" if gate.keepers and gate.keepers[0].type == "flow-run":
                yield f"segue flow-run inspect {typed(gate.keepers[0].name)}"
            case _:
                pass
