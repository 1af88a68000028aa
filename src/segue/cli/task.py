"""`segue task`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.group import noun
from segue.cli.record import opened
from segue.loading import load_tasks
from segue.task_worker import serve as serve_tasks

app = noun("Serve tasks that others start with `task.delay(...)`.")


@app.callback()
def _group() -> None:
    """Keep `serve` a word of its own although it is the only one."""


@app.command("serve")
def serve(
    entrypoints: Annotated[
        list[str] | None, typer.Argument(help="FILE.py:TASK, or FILE.py for all its tasks.", metavar="FILE:TASK...")
    ] = None,
    module: Annotated[
        list[str] | None, typer.Option("--module", "-m", metavar="MODULE", help="A module, for all its tasks.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many runs at a time.")] = 10,
    status_port: Annotated[
        int | None, typer.Option("--status-port", metavar="PORT", help="Tell the worker's status at this port.")
    ] = None,
) -> None:
    """Run tasks that others start with `task.delay(...)`, until stopped.

    For example:

        segue task serve tasks.py:send_mail --limit 4
    """
    if not entrypoints and not module:
        raise typer.BadParameter("name at least one task: FILE.py:TASK, FILE.py, or --module MODULE")
    tasks = [task for place in [*(entrypoints or ()), *(module or ())] for task in load_tasks(place)]
    opened()
    serve_tasks(*tasks, limit=limit, status_server_port=status_port)
