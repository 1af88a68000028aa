"""`segue flow serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.options import ParameterOption, parameters
from segue.cli.record import opened
from segue.cli.schedule_options import (
    AnchorOption,
    CronOption,
    IntervalOption,
    ParametersOption,
    RRuleOption,
    ZoneOption,
    wanted,
)
from segue.loading import load_flow
from segue.serving import serve as serve_deployments


def serve(
    entrypoint: Annotated[
        str,
        typer.Argument(
            help="FILE.py:FLOW, or MODULE:FLOW; FLOW may be left out when there is but one.", metavar="FILE:FLOW"
        ),
    ],
    name: Annotated[
        str | None, typer.Option("--name", "-n", metavar="NAME", help="The deployment's name; by default the flow's.")
    ] = None,
    description: Annotated[
        str | None, typer.Option("--description", "-d", metavar="TEXT", help="What it is for.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", "-v", metavar="TEXT", help="Its version, in your words.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", "-t", metavar="TAG", help="A tag of its runs; may be repeated.")
    ] = None,
    cron: CronOption = None,
    interval: IntervalOption = None,
    rrule: RRuleOption = None,
    anchor: AnchorOption = None,
    timezone: ZoneOption = None,
    param: ParameterOption = None,
    params: ParametersOption = None,
    pause_on_shutdown: Annotated[
        bool,
        typer.Option(
            "--pause-on-shutdown/--no-pause-on-shutdown", help="Let its schedules rest while nobody serves it."
        ),
    ] = True,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many runs at a time here.")
    ] = None,
    global_limit: Annotated[
        int | None, typer.Option("--global-limit", metavar="N", min=1, help="At most so many runs at a time anywhere.")
    ] = None,
) -> None:
    """Make a deployment of a flow and run its runs, on a schedule or when asked for, until stopped.

    For example:

        segue flow serve flows.py:etl --name nightly --cron "30 2 * * *" --timezone Europe/Berlin -p day=today
    """
    flow = load_flow(entrypoint)
    opened()
    ruled = cron or interval or rrule or timezone or anchor
    schedule = wanted(cron, interval, rrule, anchor=anchor, of=timezone, day_or=True) if ruled else None
    deployment = flow.to_deployment(
        name or flow.name, schedule=schedule, parameters=parameters(param, params), description=description, tags=tag,
        version=version, concurrency_limit=global_limit,
    )  # fmt: skip
    serve_deployments(deployment, pause_on_shutdown=pause_on_shutdown, limit=limit)
