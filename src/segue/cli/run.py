"""`segue run`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segue.cli.faults import Exit, Fault
from segue.cli.foreground import end
from segue.cli.group import single
from segue.cli.listing import as_json, state_facts
from segue.cli.options import Output, OutputOption, ParameterOption, ReasonOption, parameters
from segue.cli.record import because, opened
from segue.engine.drive_sync import settle
from segue.flow_calls import call_flow
from segue.flows import Flow
from segue.loading import load_flow
from segue.states import State


def run(
    entrypoint: Annotated[
        str,
        typer.Argument(
            help="FILE.py:FLOW, or MODULE:FLOW; FLOW may be left out when there is but one.", metavar="FILE:FLOW"
        ),
    ],
    param: ParameterOption = None,
    params: Annotated[
        str | None, typer.Option("--params", metavar="JSON", help="All parameters as one JSON object.")
    ] = None,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run a flow of a file, here and now; exits 0 when it is Completed.

    For example:

        segue run flows.py:etl -p day=2026-01-31 -p retries=3
    """
    given = parameters(param, params)
    flow = load_flow(entrypoint)
    backend = opened()
    because(reason)
    state, id = _run(flow, given)
    code = end(backend, state, id)
    if output is Output.JSON:
        typer.echo(as_json({"id": id, "state": state_facts(state.type.value, state.name)}))
    raise typer.Exit(code)


def _run(flow: Flow[Any, Any], given: dict[str, object]) -> tuple[State, str]:
    if flow.isgenerator:
        raise Fault(f"Flow {flow.name!r} yields items to its caller, so it can only be called from Python.", Exit.USAGE)
    state = settle(call_flow(flow, flow.bound((), given), return_state=True))
    if not isinstance(state, State):
        raise TypeError("a flow called for its state returns it")
    return state, str(state.state_details.flow_run_id)


app = single(run)
