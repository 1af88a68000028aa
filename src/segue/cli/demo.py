"""`segue demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.group import single
from segue.demo.command import run_demo


def demo(
    crash_after: Annotated[
        str | None, typer.Option("--crash-after", metavar="STEP", help="Kill this process after a step, such as load.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew although a killed run could go on.")] = False,
) -> None:
    """Run the packaged pipeline on the flight records of New York, 2013; a killed run goes on.

    For example:

        segue demo --crash-after load
    """
    raise typer.Exit(run_demo(crash_after=crash_after, fresh=fresh))


app = single(demo)
