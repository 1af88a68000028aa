"""Flows run by a call of a function instead of by a call of the flow, under the names users know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from segue.flow_calls import call_flow

if TYPE_CHECKING:
    from segue.client.schemas.objects import FlowRun
    from segue.flows import Flow

Wanted = Literal["result", "state"]


def run_flow(
    flow: Flow[..., Any],
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run a flow with parameters by name and return its value, its state, a coroutine of these, or a generator.

    `flow_run` is a run that was made before and is to be run now, with the parameters recorded for it where none are given.
    """
    existing = None if flow_run is None else str(flow_run.id)
    given = parameters if parameters is not None or flow_run is None else flow_run.parameters
    return call_flow(
        flow, flow.bound_by_name(given or {}), return_state=return_type == "state", wait_for=wait_for, existing=existing
    )


def run_flow_sync(
    flow: Flow[..., Any],
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run a sync flow; see `run_flow`."""
    return run_flow(flow, flow_run, parameters, wait_for, return_type)


async def run_flow_async(
    flow: Flow[..., Any],
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: Wanted = "result",
) -> Any:
    """Run an async flow; see `run_flow`."""
    return await run_flow(flow, flow_run, parameters, wait_for, return_type)
